using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using RouteMiddleware.Introspection.Live;

namespace RouteMiddleware.Explorer;

/// <summary>Sends the figures as server-sent events, one a second, which is also the sign of life. They are counted only while somebody reads them.</summary>
internal sealed class ExplorerStream(LiveFigures figures, ExplorerRoutes routes, TimeProvider clock, IHostApplicationLifetime? lifetime = null)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // A figure may be counted while the one before is being read: what changed lately is sent twice rather than never.
    private static readonly TimeSpan Overlap = 2 * Pace;

    // Whoever reads on must show again that he may.
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(1);

    private readonly Refusal _busy = new(
        StatusCodes.Status503ServiceUnavailable,
        "explorer_busy",
        "Too many viewers",
        $"{LiveFigures.MostViewers} explorers are open already.");

    public async Task WriteAsync(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = "text/event-stream";
            return;
        }

        using var view = figures.TryJoin(routes.Current.Endpoints);

        if (view is null)
        {
            await _busy.WriteAsync(context, TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            return;
        }

        // When the application stops, the stream must not keep the server waiting.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime?.ApplicationStopping ?? CancellationToken.None);
        using var timer = new PeriodicTimer(Pace, clock);
        var startedAt = clock.GetTimestamp();
        var begin = TimeSpan.MinValue;
        LiveBoard? last = null;

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no";

        try
        {
            do
            {
                var numbered = routes.Current;
                var board = view.BoardOf(numbered.Endpoints);
                var now = board.Age;

                Write(context.Response, numbered.Version, board, ReferenceEquals(last, board) ? begin : TimeSpan.MinValue);
                await context.Response.BodyWriter.FlushAsync(end.Token).ConfigureAwait(false);
                (begin, last) = (now - Overlap, board);
            }
            while (clock.GetElapsedTime(startedAt) < LongestStream && await timer.WaitForNextTickAsync(end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, or the application stops: both are the end of the stream.
        }
    }

    private void Write(HttpResponse response, int version, LiveBoard board, TimeSpan since)
    {
        var writer = response.BodyWriter;
        "event: figures\ndata: "u8.CopyTo(writer.GetSpan(32));
        writer.Advance("event: figures\ndata: "u8.Length);

        using (var json = new Utf8JsonWriter(writer))
        {
            FigureWriter.Write(json, version, board, since, figures.Viewers);
        }

        "\n\n"u8.CopyTo(writer.GetSpan(2));
        writer.Advance(2);
    }
}
