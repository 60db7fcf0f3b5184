using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RouteMiddleware.Tests.Kit;

/// <summary>A redis-server of its own, on a free port of the loopback interface, in a directory of its own.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redis-");
    private readonly string[] _arguments;
    private Process _process;

    private RedisServer(int port, string[] arguments)
    {
        Port = port;
        _arguments = arguments;
        _process = Run();
    }

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>What <see cref="CommandAsync"/> logs in with. Default: nothing.</summary>
    public string? Password { get; set; }

    /// <summary>Where it listens, as StackExchange.Redis writes it.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="arguments">Further arguments: <c>--appendonly yes</c>.</param>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = new RedisServer(FreePort(), arguments);
        await server.WaitUntilItAnswersAsync();
        return server;
    }

    /// <summary>A connection of the test's own, with administrative commands.</summary>
    public async Task<RedisClient> ConnectAsync()
        => new(await ConnectionMultiplexer.ConnectAsync($"{Configuration},allowAdmin=true,abortConnect=false,syncTimeout=10000"));

    /// <summary>Runs one command by <c>redis-cli</c>: nothing of the client under test takes part in it.</summary>
    /// <param name="words">The command and its arguments.</param>
    /// <returns>The answer as text, its elements line by line; an error's text too.</returns>
    public Task<string> CommandAsync(params string[] words) => RunCliAsync(words, "");

    /// <summary>Runs commands, one after the other, on one connection.</summary>
    public Task<string> CommandsAsync(params string[] lines) => RunCliAsync([], string.Join('\n', lines) + "\n");

    /// <summary>Ends it at once, as a power cut of the process would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again on its port, with the data that it kept on disk.</summary>
    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Run();
        await WaitUntilItAnswersAsync();
    }

    /// <summary>Stops its process (SIGSTOP): connections stay open, and nothing answers.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        // The cluster bus listens ten thousand higher.
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();

            if (((IPEndPoint)listener.LocalEndpoint).Port is < 55_000 and var port)
            {
                return port;
            }
        }
    }

    private Process Run() => Process.Start(new ProcessStartInfo(
        "redis-server",
        ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--dir", _directory.FullName, "--logfile", "redis.log", "--daemonize", "no", .. _arguments])
    {
        WorkingDirectory = _directory.FullName,
    })!;

    private async Task<string> RunCliAsync(string[] words, string input)
    {
        using var cli = Process.Start(new ProcessStartInfo("redis-cli", ["-h", "127.0.0.1", "-p", $"{Port}", .. words])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["REDISCLI_AUTH"] = Password },
        })!;
        var faults = cli.StandardError.ReadToEndAsync();
        await cli.StandardInput.WriteAsync(input);
        cli.StandardInput.Close();
        var answer = await cli.StandardOutput.ReadToEndAsync();
        await faults;
        await cli.WaitForExitAsync();
        return answer.TrimEnd('\n');
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    private async Task WaitUntilItAnswersAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(10));

        while (await pause.WaitForNextTickAsync(limit.Token))
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
                var stream = socket.GetStream();
                await stream.WriteAsync("PING\r\n"u8.ToArray(), limit.Token);
                var answer = new byte[16];

                if (await stream.ReadAsync(answer, limit.Token) > 0 && answer[0] is (byte)'+' or (byte)'-' && answer[1] is not (byte)'L')
                {
                    return;
                }
            }
            catch (SocketException exception)
            {
                // It does not listen yet.
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"redis-server ended with {_process.ExitCode}: {await File.ReadAllTextAsync(Path.Combine(_directory.FullName, "redis.log"), limit.Token)}", exception);
                }
            }
        }
    }
}
