using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Explorer;

/// <summary>What the server itself puts up with, before any middleware runs.</summary>
internal static class ServerLimits
{
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>Kestrel's limits by name, in words; <see langword="null"/> behind another server.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(IServiceProvider services)
    {
        if (services.GetService<IServer>()?.GetType().FullName?.StartsWith(Kestrel, StringComparison.Ordinal) != true
            || services.GetService<IOptions<KestrelServerOptions>>() is not { } options)
        {
            return null;
        }

        var limits = options.Value.Limits;

        return
        [
            new(nameof(limits.RequestHeadersTimeout), Of(limits.RequestHeadersTimeout)),
            new(nameof(limits.KeepAliveTimeout), Of(limits.KeepAliveTimeout)),
            new(nameof(limits.MinRequestBodyDataRate), Of(limits.MinRequestBodyDataRate)),
            new(nameof(limits.MinResponseDataRate), Of(limits.MinResponseDataRate)),
            new(nameof(limits.MaxRequestBodySize), OfBytes(limits.MaxRequestBodySize)),
            new(nameof(limits.MaxRequestLineSize), OfBytes(limits.MaxRequestLineSize)),
            new(nameof(limits.MaxRequestHeadersTotalSize), OfBytes(limits.MaxRequestHeadersTotalSize)),
            new(nameof(limits.MaxRequestHeaderCount), Of(limits.MaxRequestHeaderCount)),
            new(nameof(limits.MaxRequestBufferSize), OfBytes(limits.MaxRequestBufferSize)),
            new(nameof(limits.MaxResponseBufferSize), OfBytes(limits.MaxResponseBufferSize)),
            new(nameof(limits.MaxConcurrentConnections), Of(limits.MaxConcurrentConnections)),
            new(nameof(limits.MaxConcurrentUpgradedConnections), Of(limits.MaxConcurrentUpgradedConnections)),
            new("Http2.MaxStreamsPerConnection", Of(limits.Http2.MaxStreamsPerConnection)),
            new("Http2.KeepAlivePingTimeout", Of(limits.Http2.KeepAlivePingTimeout)),
        ];
    }

    private static string Of(TimeSpan time) => time > TimeSpan.FromDays(1) ? "no limit" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private static string Of(long? count) => count is { } number ? number.ToString("N0", CultureInfo.InvariantCulture) : "no limit";

    private static string OfBytes(long? size) => size is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes") : "no limit";

    private static string Of(MinDataRate? rate)
        => rate is null ? "no limit" : string.Create(CultureInfo.InvariantCulture, $"{rate.BytesPerSecond:N0} bytes/s after {rate.GracePeriod.TotalSeconds:0.###} s");
}
