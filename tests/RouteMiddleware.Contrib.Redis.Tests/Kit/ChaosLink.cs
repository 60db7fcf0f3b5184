using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace RouteMiddleware.Tests.Kit;

/// <summary>One connection through a <see cref="ChaosProxy"/>.</summary>
internal sealed class ChaosLink(ChaosProxy proxy, TcpClient client) : IDisposable
{
    private readonly TcpClient _server = new() { NoDelay = true };
    private readonly CancellationTokenSource _cut = new();
    private volatile TaskCompletionSource _flowing = Completed();
    private byte[]? _garbage;
    private int _bytesUntilCut = int.MaxValue;

    public void Stall()
    {
        if (_flowing.Task.IsCompleted)
        {
            _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Resume() => _flowing.TrySetResult();

    public void Cut() => _cut.Cancel();

    public void CutAfter(int replyBytes) => Volatile.Write(ref _bytesUntilCut, replyBytes);

    public void Garble(byte[] garbage) => Volatile.Write(ref _garbage, garbage);

    public async Task RunAsync(int target)
    {
        try
        {
            client.NoDelay = true;

            // A stalled connection does not even reach the server.
            await _flowing.Task.WaitAsync(_cut.Token);
            await _server.ConnectAsync(IPAddress.Loopback, target, _cut.Token);
            var asked = Channel.CreateUnbounded<(long Read, byte[] Bytes)>();
            var answered = Channel.CreateUnbounded<(long Read, byte[] Bytes)>();

            // Reading goes on while nothing is forwarded: that one of the two hangs up is heard in any case.
            await Task.WhenAny(ReceiveAsync(client, asked.Writer), SendAsync(asked.Reader), ReceiveAsync(_server, answered.Writer), ReplyAsync(answered.Reader));
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One of the two is gone.
        }

        Dispose();
    }

    public void Dispose()
    {
        _cut.Cancel();

        // A reset, not a polite end.
        if (client.Client is { } socket)
        {
            socket.LingerState = new LingerOption(true, 0);
        }

        client.Dispose();
        _server.Dispose();
    }

    private static bool IsEnd(Exception exception) => exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task ReceiveAsync(TcpClient from, ChannelWriter<(long Read, byte[] Bytes)> read)
    {
        try
        {
            var buffer = new byte[16 * 1024];

            while (await from.GetStream().ReadAsync(buffer, _cut.Token) is var count and > 0)
            {
                read.TryWrite((Stopwatch.GetTimestamp(), buffer[..count]));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One of the two is gone.
        }
    }

    private async Task SendAsync(ChannelReader<(long Read, byte[] Bytes)> asked)
    {
        try
        {
            await foreach (var (_, bytes) in asked.ReadAllAsync(_cut.Token))
            {
                await _flowing.Task.WaitAsync(_cut.Token);
                await _server.GetStream().WriteAsync(bytes, _cut.Token);
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One of the two is gone.
        }
    }

    private async Task ReplyAsync(ChannelReader<(long Read, byte[] Bytes)> answered)
    {
        try
        {
            await foreach (var (read, bytes) in answered.ReadAllAsync(_cut.Token))
            {
                if (proxy.Delay - Stopwatch.GetElapsedTime(read) is var rest && rest >= TimeSpan.FromMilliseconds(1))
                {
                    using var delay = new PeriodicTimer(rest);
                    await delay.WaitForNextTickAsync(_cut.Token);
                }

                await _flowing.Task.WaitAsync(_cut.Token);
                await WriteAsync(Interlocked.Exchange(ref _garbage, null) ?? bytes);
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One of the two is gone.
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var stream = client.GetStream();

        while (!bytes.IsEmpty)
        {
            var count = Math.Min(Math.Min(bytes.Length, proxy.SegmentSize), _bytesUntilCut);
            await stream.WriteAsync(bytes[..count], _cut.Token);
            bytes = bytes[count..];

            if (_bytesUntilCut != int.MaxValue && (_bytesUntilCut -= count) == 0)
            {
                await stream.FlushAsync(_cut.Token);
                Cut();
                return;
            }
        }
    }
}
