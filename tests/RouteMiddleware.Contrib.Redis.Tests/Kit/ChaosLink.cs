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
            var late = Channel.CreateUnbounded<(long Read, byte[] Bytes)>();
            await Task.WhenAny(SendAsync(), ReceiveAsync(late.Writer), ReplyAsync(late.Reader));
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

    private async Task SendAsync()
    {
        try
        {
            var buffer = new byte[16 * 1024];

            while (await client.GetStream().ReadAsync(buffer, _cut.Token) is var count and > 0)
            {
                await _flowing.Task.WaitAsync(_cut.Token);
                await _server.GetStream().WriteAsync(buffer.AsMemory(0, count), _cut.Token);
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One of the two is gone.
        }
    }

    private async Task ReceiveAsync(ChannelWriter<(long Read, byte[] Bytes)> late)
    {
        try
        {
            var buffer = new byte[16 * 1024];

            while (await _server.GetStream().ReadAsync(buffer, _cut.Token) is var count and > 0)
            {
                late.TryWrite((Stopwatch.GetTimestamp(), buffer[..count]));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One of the two is gone.
        }
    }

    private async Task ReplyAsync(ChannelReader<(long Read, byte[] Bytes)> late)
    {
        try
        {
            await foreach (var (read, bytes) in late.ReadAllAsync(_cut.Token))
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
