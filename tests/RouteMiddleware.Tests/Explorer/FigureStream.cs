using System.Text.Json;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

/// <summary>Reads the explorer's events, one at a time.</summary>
internal sealed class FigureStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public HttpResponseMessage Response => response;

    public static async Task<FigureStream> OpenAsync(TestApp app)
    {
        var response = await app.Client.GetAsync(new Uri("/_middleware/live", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        return new FigureStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event; <see langword="null"/> at the end of the stream.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Limit);

        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(line[6..]);
                return document.RootElement.Clone();
            }
        }

        return null;
    }

    /// <summary>Reads on until an event shows what a test waits for; figures of a request are counted after its answer is out.</summary>
    public async Task<JsonElement> ReadUntilAsync(Func<JsonElement, bool> shows, Action tick)
    {
        while (true)
        {
            tick();
            var figures = await ReadAsync() ?? throw new InvalidOperationException("The stream ended.");

            if (shows(figures))
            {
                return figures;
            }
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
