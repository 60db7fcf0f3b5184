using System.Globalization;
using System.Net;
using System.Text.Json;

namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>Fetches an issuer's two documents: no redirects, no cookies, nothing compressed, bounded in size and time.</summary>
internal sealed class IssuerClient(TimeProvider clock) : IDisposable
{
    public const int MaxBytes = 256 * 1024;

    private const int LongestLoggedName = 256;

    /// <summary>For both documents together.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        // A redirect could lead anywhere, also inwards; an issuer's address has none.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,

        // A connection kept for an hour would be dead by then, and the client would ask twice.
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Fetches the documents.</summary>
    /// <exception cref="IssuerException">An answer can't be used.</exception>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public async Task<IssuerDocuments> FetchAsync(IssuerAddress address, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(TimeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);

        try
        {
            var discovery = await ReadAsync(address.Discovery, "discovery document", either.Token).ConfigureAwait(false);
            var (issuer, keySet) = ReadDiscovery(discovery, address);
            return new IssuerDocuments(issuer, await ReadAsync(keySet, "key set", either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new IssuerException(string.Create(CultureInfo.InvariantCulture, $"it took longer than {TimeLimit.TotalSeconds} seconds"));
        }
    }

    public void Dispose() => _http.Dispose();

    private static (string Issuer, Uri KeySet) ReadDiscovery(byte[] utf8, IssuerAddress address)
    {
        using var document = StrictJson.Parse(utf8) ?? throw new IssuerException("its discovery document is no JSON object");
        var root = document.RootElement;

        if (TextOf(root, "issuer") is not { } issuer || !address.IsNamed(issuer))
        {
            throw new IssuerException($"its discovery document names another issuer ({ToLoggable(TextOf(root, "issuer"))})");
        }

        return TextOf(root, "jwks_uri") is { } text && Uri.TryCreate(text, UriKind.Absolute, out var keySet) && address.Allows(keySet)
            ? (issuer, keySet)
            : throw new IssuerException("the address of its key set (jwks_uri) is missing or not https");
    }

    // Most often an inner and an outer name of one host: whoever reads the log needs to see it. As an address every odd letter is escaped.
    private static string ToLoggable(string? issuer)
        => Uri.TryCreate(issuer, UriKind.Absolute, out var address) && address.AbsoluteUri is { Length: <= LongestLoggedName } text ? text : "no address";

    private static string? TextOf(JsonElement root, string name)
        => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private async Task<byte[]> ReadAsync(Uri address, string what, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);

        if (answer.StatusCode is not HttpStatusCode.OK)
        {
            throw new IssuerException(string.Create(CultureInfo.InvariantCulture, $"its {what} was answered with status {(int)answer.StatusCode}"));
        }

        var body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);

        await using (body.ConfigureAwait(false))
        {
            // One byte more than allowed tells that there are more.
            var buffer = new byte[MaxBytes + 1];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);

            return length <= MaxBytes
                ? buffer[..length]
                : throw new IssuerException(string.Create(CultureInfo.InvariantCulture, $"its {what} is longer than {MaxBytes} bytes"));
        }
    }
}
