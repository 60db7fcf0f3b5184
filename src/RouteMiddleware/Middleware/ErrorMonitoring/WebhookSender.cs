using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Posts alerts, again and again where the other side is down. Of the address only the host is logged: the rest may be the secret.</summary>
internal sealed partial class WebhookSender(TimeProvider clock, ILogger logger) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _hurry = new();

    // Redirects are not followed: alerts go where the settings say. Without a propagator no span tells the address.
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    /// <summary>How long all attempts with their pauses may take.</summary>
    public static TimeSpan LongestTime(WebhookTarget target)
        => Enumerable.Range(1, target.Attempts).Aggregate(TimeSpan.FromSeconds(1), (sum, attempt) => sum + target.Timeout + PauseAfter(attempt));

    /// <summary>Ends all pauses: what waits is tried once more and then given up.</summary>
    public Task HurryAsync() => _hurry.CancelAsync();

    public async Task SendAsync(WebhookTarget target, Alert alert, CancellationToken end)
    {
        var body = PayloadOf(alert);

        for (var attempt = 1; ; attempt++)
        {
            var isLast = attempt >= target.Attempts || _hurry.IsCancellationRequested;
            var outcome = await TryAsync(target, body, end).ConfigureAwait(false);

            if (outcome.IsSent)
            {
                return;
            }

            if (isLast || !outcome.IsWorthRetrying)
            {
                Log.GivenUp(logger, target.Address.IdnHost, attempt, outcome.Reason, alert.Status, alert.Route);
                return;
            }

            Log.Failed(logger, target.Address.IdnHost, attempt, outcome.Reason);

            try
            {
                await Task.Delay(PauseAfter(attempt), clock, _hurry.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_hurry.IsCancellationRequested)
            {
                // The application stops: the next attempt is the last one.
            }
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _hurry.Dispose();
    }

    private static TimeSpan PauseAfter(int attempt) => TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, attempt - 1)));

    private async Task<Outcome> TryAsync(WebhookTarget target, byte[] body, CancellationToken end)
    {
        using var limit = new CancellationTokenSource(target.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);

        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var request = new HttpRequestMessage(HttpMethod.Post, target.Address) { Content = content };
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);

            var status = (int)response.StatusCode;
            return new(response.IsSuccessStatusCode, status is >= 500 or (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout, $"status {status}");
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return new(IsSent: false, IsWorthRetrying: true, "no answer in time");
        }
        catch (HttpRequestException exception)
        {
            return new(IsSent: false, IsWorthRetrying: true, exception.HttpRequestError.ToString());
        }
    }

    private static byte[] PayloadOf(Alert alert)
    {
        using var buffer = new MemoryStream();

        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("text", FormattableString.Invariant($"{alert.Application}: {alert.Count} errors with status {alert.Status} on {alert.Route} within {alert.Window.TotalSeconds} s"));
            json.WriteString("application", alert.Application);
            json.WriteNumber("status", alert.Status);
            json.WriteString("route", alert.Route);
            json.WriteNumber("count", alert.Count);
            json.WriteNumber("window_seconds", alert.Window.TotalSeconds);
            json.WriteString("first_at", alert.FirstAt);
            json.WriteString("last_at", alert.LastAt);
            json.WriteNumber("suppressed", alert.Suppressed);
            json.WriteString("exception_type", alert.ExceptionType);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private readonly record struct Outcome(bool IsSent, bool IsWorthRetrying, string Reason);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The webhook at {Host} failed at attempt {Attempt}: {Reason}. It is tried again.", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, string host, int attempt, string reason);

        [LoggerMessage(2, LogLevel.Error, "The webhook at {Host} failed at attempt {Attempt}: {Reason}. The alert of status {Status} on {Route} is given up.", EventName = nameof(GivenUp))]
        public static partial void GivenUp(ILogger logger, string host, int attempt, string reason, int status, string route);
    }
}
