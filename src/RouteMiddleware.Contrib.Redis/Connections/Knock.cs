using System.Net;
using System.Net.Sockets;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>
/// Finds out with one small connection whether a server is there and answers, before the client opens its own: that one tries again by itself, without jitter, and takes
/// its whole time limit over a server that is loading, frozen or full.
/// </summary>
internal static class Knock
{
    private static readonly byte[] Ping = "*1\r\n$4\r\nPING\r\n"u8.ToArray();

    /// <summary>Knocks once.</summary>
    /// <param name="endPoint">Where.</param>
    /// <param name="speaks">Whether the server understands commands at once: no TLS, no proxy in front of it.</param>
    /// <param name="limit">How long it is waited for.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="stopping">Ends it.</param>
    /// <returns>What kept it from answering; <see langword="null"/>: it is there.</returns>
    public static async Task<string?> AtAsync(EndPoint endPoint, bool speaks, TimeSpan limit, TimeProvider clock, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(limit, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);

        try
        {
            using var socket = endPoint is IPEndPoint or DnsEndPoint
                ? new Socket(SocketType.Stream, ProtocolType.Tcp)
                : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(endPoint, ended.Token).ConfigureAwait(false);

            if (!speaks)
            {
                return null;
            }

            await socket.SendAsync(Ping, ended.Token).ConfigureAwait(false);
            var answer = new byte[64];
            var count = await socket.ReceiveAsync(answer, ended.Token).ConfigureAwait(false);
            return Judge(System.Text.Encoding.ASCII.GetString(answer, 0, count));
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "the connection is refused",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name can't be resolved",
                var error => $"the connection fails ({error})",
            };
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return "it does not answer";
        }
    }

    private static string? Judge(string answer) => answer switch
    {
        "" => "the connection is closed at once",
        _ when answer.StartsWith("-LOADING", StringComparison.Ordinal) => "it is loading its data",
        _ when answer.StartsWith("-MASTERDOWN", StringComparison.Ordinal) => "it has lost its master",
        _ when answer.StartsWith("-BUSY", StringComparison.Ordinal) => "it is busy running a script",
        _ when answer.StartsWith("-ERR max number of clients", StringComparison.Ordinal) => "it takes no further client (maxclients)",

        // +PONG, or -NOAUTH: the client brings the password.
        _ => null,
    };
}
