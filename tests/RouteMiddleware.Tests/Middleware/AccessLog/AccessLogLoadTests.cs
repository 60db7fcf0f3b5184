using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

/// <summary>Many hostile requests at once: every line whole, each request one line, across rolled files and the application's end.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class AccessLogLoadTests
{
    private const int Requests = 100_000;
    private const int Connections = 32;
    private const int Batch = 25;

    private static readonly string[] Paths =
    [
        "/plain", "/a%0d%0aGET%20/forged", "/%1b[31m%01x", "/%e2%80%a8%e2%80%a9", "/%22%5c%22,%22status_code%22:1", "/%ff%fe%c3", "/{0}${jndi:x}", "/%F0%9F%98%80%ed%a0%80",
    ];

    private static readonly string[] Headers =
    [
        "User-Agent: plain\r\n", "User-Agent: \"}\\u000a{\"\\\r\n", "User-Agent: a\tb\r\nReferer: https://x/?token=SECRET\r\n", "Referer: \u00c3\u00a6\u00e2\u0080\u00a8\r\n", "",
        $"User-Agent: {new string('\\', 2000)}\r\n",
    ];

    [Fact]
    public async Task L1_L8_HundredThousandRequests_OfThirtyTwoConnections_AreAsManyValidLines()
    {
        using var folder = new TemporaryFolder();
        var log = folder.File("access.log");

        // Room for all of it: on a machine with other things to do the disk may not follow for a second, and what finds no room is dropped.
        const string settings = "MaxFileSize=8388608, MaxFiles=1000, FlushInterval=50ms, BufferSize=536870912";

        await using (var app = await AccessLogApp.StartAsync(static context => context.Response.WriteAsync("ok"), $"Path={log}, {settings}", isQuiet: true))
        {
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => SendAsync(app, connection)));
        }

        var seen = new bool[Requests];
        var files = Directory.GetFiles(folder.Path);
        Assert.InRange(files.Length, 2, 1000);
        Assert.All(files, static file => Assert.InRange(new FileInfo(file).Length, 1, 8388608));

        foreach (var line in files.SelectMany(AccessLogApp.ReadLines))
        {
            var json = AccessLogApp.Parse(line);
            var query = json.Text("query_string");
            Assert.EndsWith("&secret=***", query, StringComparison.Ordinal);

            var number = int.Parse(query.AsSpan(2, query.IndexOf('&', StringComparison.Ordinal) - 2), System.Globalization.CultureInfo.InvariantCulture);
            Assert.False(seen[number]);
            seen[number] = true;
            Assert.Equal(("200", "2", "GET"), (json.Text("status_code"), json.Text("content_length"), json.Text("method")));
            Assert.DoesNotContain("SECRET", line, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(false, seen);
    }

    private static async Task SendAsync(TestApp app, int connection)
    {
        const int count = Requests / Connections;
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        var answers = ReadAsync(socket.GetStream());
        var batch = new StringBuilder();

        for (var i = 0; i < count; i++)
        {
            var number = (connection * count) + i;
            var last = i == count - 1 ? "Connection: close\r\n" : "";
            batch.Append(System.Globalization.CultureInfo.InvariantCulture, $"GET {Paths[number % Paths.Length]}?n={number}&secret=SECRET HTTP/1.1\r\nHost: x\r\n{Headers[number % Headers.Length]}{last}\r\n");

            if (i % Batch == Batch - 1 || i == count - 1)
            {
                await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(batch.ToString()));
                batch.Clear();
            }
        }

        Assert.Equal(count, await answers);
    }

    private static async Task<int> ReadAsync(NetworkStream stream)
    {
        var (count, matched) = (0, 0);
        var buffer = new byte[64 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));

        while (await stream.ReadAsync(buffer, limit.Token) is var length and > 0)
        {
            foreach (var letter in buffer.AsSpan(0, length))
            {
                matched = letter == "HTTP/1.1 200"[matched] ? matched + 1 : letter == 'H' ? 1 : 0;

                if (matched == "HTTP/1.1 200".Length)
                {
                    (count, matched) = (count + 1, 0);
                }
            }
        }

        return count;
    }
}
