using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RouteMiddleware.Tests.Kit;

/// <summary>Stands between a client and a server on loopback, and does to their connections what networks do.</summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<ChaosLink, Task> _links = new();
    private readonly Task _accepting;
    private int _accepted;
    private volatile int _target;

    private ChaosProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Where it listens, as StackExchange.Redis writes it.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>How many connections it has taken so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections are open at the moment.</summary>
    public int Open => _links.Count;

    /// <summary>How late every reply arrives. Default: at once.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The most bytes of a reply that travel in one segment. Default: as they come.</summary>
    public int SegmentSize { get; set; } = int.MaxValue;

    /// <summary>Whether new connections are closed at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>Whether new connections are taken and then hear nothing.</summary>
    public bool Ignores { get; set; }

    /// <summary>Starts a proxy in front of a port of this machine.</summary>
    public static ChaosProxy Start(int target) => new(target);

    /// <summary>Sends new connections to another port: what a name that is resolved anew does.</summary>
    public void Redirect(int target) => _target = target;

    /// <summary>Forwards nothing any more on the connections that are open now, and keeps them open: half-open sockets. New ones work.</summary>
    public void HalfOpen()
    {
        foreach (var link in _links.Keys)
        {
            link.Stall();
        }
    }

    /// <summary>Forwards nothing any more, neither on open connections nor on new ones, until <see cref="Resume"/>.</summary>
    public void Stall()
    {
        Ignores = true;
        HalfOpen();
    }

    /// <summary>Ends a stall: what was held back arrives now, late.</summary>
    public void Resume()
    {
        Ignores = false;

        foreach (var link in _links.Keys)
        {
            link.Resume();
        }
    }

    /// <summary>Resets every open connection.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys)
        {
            link.Cut();
        }
    }

    /// <summary>Resets each open connection after so many further bytes of reply: in the middle of one.</summary>
    public void CutAfter(int replyBytes)
    {
        foreach (var link in _links.Keys)
        {
            link.CutAfter(replyBytes);
        }
    }

    /// <summary>Puts bytes that are no reply in place of the next reply on each open connection.</summary>
    public void Garble(byte[] garbage)
    {
        foreach (var link in _links.Keys)
        {
            link.Garble(garbage);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_links.Values);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                Interlocked.Increment(ref _accepted);

                if (Refuses)
                {
                    client.Dispose();
                    continue;
                }

                var link = new ChaosLink(this, client);

                if (Ignores)
                {
                    link.Stall();
                }

                _links[link] = ServeAsync(link);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The listener was stopped, or the client was gone before it was taken.
            }
        }
    }

    private async Task ServeAsync(ChaosLink link)
    {
        // In the dictionary first: the link ends by taking itself out of it.
        await Task.Yield();
        await link.RunAsync(_target);
        _links.TryRemove(link, out _);
    }
}
