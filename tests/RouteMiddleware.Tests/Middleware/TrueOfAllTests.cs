using System.Net.WebSockets;
using System.Text;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware;

/// <summary>What the documentation says of all built-in middleware: headers once and on every answer, nothing of the handler's lost, nothing held back, nothing broken.</summary>
public sealed class TrueOfAllTests
{
    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task Headers_OnAnswersOfARoute_StandOnce(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        await using var app = await TrueOfAllApp.StartAsync(place, entry, settings);

        foreach (var status in (int[])[200, 204, 304, 400, 401, 404, 405, 429, 500, 503])
        {
            AssertOnce(headers, await SendAsync(app, "GET", $"/status/{status}", status));
        }

        AssertOnce(headers, await SendAsync(app, "GET", "/problem", 429));
        AssertOnce(headers, await SendAsync(app, "GET", "/text/hello", 200));
    }

    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task Headers_OnAnswersThatNoRouteGives_StandOnce(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        await using var app = await TrueOfAllApp.StartAsync(place, entry, settings);
        (string Method, string Path, int Status)[] requests = [("GET", "/nowhere", 404), ("DELETE", "/problem", 405), ("GET", "/short", 418)];

        foreach (var (method, path, status) in requests)
        {
            var answer = await SendAsync(app, method, path, status);

            // A route's chain is not on their way: what matters then is that they are answered as ever.
            if (place is not TrueOfAllPlace.Route)
            {
                AssertOnce(headers, answer);
            }
        }
    }

    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task Headers_OnTheAnswerOfAnExceptionHandler_StandOnce(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        foreach (var behind in (bool[])[false, true])
        {
            await using var app = await TrueOfAllApp.StartAsync(place, entry, settings, errorHandlerBehind: behind);

            var answer = await SendAsync(app, "GET", "/fail", 500);

            AssertOnce(headers, answer);

            // It answers errors itself, in front of that handler.
            if (entry == "common" && !(behind && place is TrueOfAllPlace.Global))
            {
                Assert.Contains("\"code\":\"internal_error\"", answer, StringComparison.Ordinal);
                continue;
            }

            Assert.EndsWith("handled", answer.Replace("\r\n0\r\n\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task RepeatedHeaders_OfTheHandler_Survive(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        await using var app = await TrueOfAllApp.StartAsync(place, entry, settings);

        var answer = await SendAsync(app, "GET", "/repeated", 200);

        AssertOnce(headers, answer);
        Assert.Contains("Set-Cookie: first=1; path=/\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Set-Cookie: second=2; path=/\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("</a>; rel=next", answer, StringComparison.Ordinal);
        Assert.Contains("</b>; rel=prev", answer, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task ServerSentEvents_WhileTheHandlerGoesOn_AreNotHeldBack(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        var rest = new TaskCompletionSource();
        await using var app = await TrueOfAllApp.StartAsync(place, entry, settings, rest.Task);

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/events")) { Headers = { { "Origin", "https://app.example.com" } } };
        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("data: first", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.All(headers.Split(", ", StringSplitOptions.RemoveEmptyEntries), header => Assert.Single(response.Headers.GetValues(header)));
        rest.SetResult();
        Assert.Equal("\ndata: last\n\n", await reader.ReadToEndAsync());
    }

    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task WebSocket_ThroughTheChain_IsOpened(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        await using var app = await TrueOfAllApp.StartAsync(place, entry, settings);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        socket.Options.SetRequestHeader("Origin", "https://app.example.com");

        await socket.ConnectAsync(new UriBuilder(app.Address) { Scheme = "ws", Path = "/socket" }.Uri, limit.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.All(headers.Split(", ", StringSplitOptions.RemoveEmptyEntries), header => Assert.Single(socket.HttpResponseHeaders![header]));
    }

    [Theory]
    [ClassData(typeof(TrueOfAllTable))]
    public async Task BrokenBytes_OfTheCaller_AreNeverAServerErrorAndNeverEchoed(TrueOfAllPlace place, string entry, string headers, string settings)
    {
        await using var app = await TrueOfAllApp.StartAsync(place, entry, settings);
        string[] targets = ["/text/%ff%fe", "/text/caf%C3", "/text/%00", "/text/a%0d%0aInjected:%201", "/text/b?q=%", "/text/b?q=%0d%0aInjected:%201", "/nowhere/%1b[31m", "/text/\u00c3\u0028"];
        string[] values = ["%0d%0aInjected: 1", "\u00ff\u00fe", "a\u0001b", "a\u001b[31m", "\u00e6rlig", new('x', 9000)];

        foreach (var target in targets)
        {
            AssertUnharmed(await app.SendRawAsync(Request("GET", target, "")));
        }

        foreach (var value in values)
        {
            var answer = await app.SendRawAsync(Request("GET", "/text/hello", $"X-Request-ID: {value}\r\nUser-Agent: {value}\r\nReferer: {value}\r\nX-Forwarded-For: {value}\r\n"));
            AssertUnharmed(answer);

            if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            {
                AssertOnce(headers, answer);
            }
        }

        Assert.DoesNotContain(
            app.Logs.Records,
            static record => record.Category.StartsWith("RouteMiddleware", StringComparison.Ordinal) && record.Message.Any(char.IsControl));
    }

    private static string Request(string method, string target, string headers)
        => $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://app.example.com\r\n{headers}Connection: close\r\n\r\n";

    private static async Task<string> SendAsync(TestApp app, string method, string path, int status)
    {
        var answer = await app.SendRawAsync(Request(method, path, ""));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        return answer;
    }

    private static void AssertOnce(string headers, string answer)
    {
        var lines = answer.Split("\r\n\r\n", 2)[0].Split("\r\n");

        Assert.All(headers.Split(", ", StringSplitOptions.RemoveEmptyEntries), header => Assert.Single(lines, line => line.StartsWith($"{header}:", StringComparison.OrdinalIgnoreCase)));
    }

    private static void AssertUnharmed(string answer)
    {
        Assert.Matches("^HTTP/1\\.1 [234]\\d\\d ", answer);
        Assert.DoesNotContain("\r\nInjected:", answer.Split("\r\n\r\n", 2)[0], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u001b', answer.Split("\r\n\r\n", 2)[0]);
    }
}
