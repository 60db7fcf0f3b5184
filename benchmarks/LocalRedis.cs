using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks;

/// <summary>A redis-server of a benchmark's own, on a free port of this machine.</summary>
internal sealed class LocalRedis : IDisposable
{
    private readonly Process _process;

    private LocalRedis(int port)
    {
        Configuration = $"127.0.0.1:{port}";
        _process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath(), "--logfile", "/dev/null"]))!;
    }

    public string Configuration { get; }

    /// <summary>Starts one, and connects to it when it answers.</summary>
    public static async Task<(LocalRedis Server, ConnectionMultiplexer Client)> StartAsync()
    {
        var server = new LocalRedis(FreePort());

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return (server, await ConnectionMultiplexer.ConnectAsync(server.Configuration));
            }
            catch (RedisConnectionException) when (attempt < 10)
            {
                // It does not listen yet.
                await Task.Delay(100);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
