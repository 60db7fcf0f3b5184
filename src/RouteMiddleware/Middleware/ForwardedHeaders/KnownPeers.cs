using System.Collections.Frozen;
using System.Net;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.ForwardedHeaders;

/// <summary>The proxies and networks of the options, read and checked once.</summary>
internal sealed class KnownPeers
{
    private readonly FrozenSet<IPAddress> _proxies;
    private readonly IPNetwork[] _networks;

    public KnownPeers(ForwardedHeadersOptions options)
    {
        List<string> faults = [];
        var proxies = ReadProxies(options.KnownProxies, faults);
        _proxies = proxies.ToFrozenSet();
        _networks = [.. ReadNetworks(options.KnownNetworks, faults)];

        // The in-box reader takes two empty lists for "everybody".
        if (faults.Count == 0 && _proxies.Count == 0 && _networks.Length == 0)
        {
            faults.Add($"{nameof(options.KnownProxies)} and {nameof(options.KnownNetworks)} are both empty, so that nobody's headers count; name a proxy, or take 'forwarded_headers' out.");
        }

        if (options.ForwardLimit < 1)
        {
            faults.Add($"{nameof(options.ForwardLimit)} must be at least 1, but is {options.ForwardLimit}.");
        }

        foreach (var host in options.AllowedHosts.Where(static host => !IsHost(host)))
        {
            faults.Add($"{nameof(options.AllowedHosts)} names '{host}', which is no host name: write example.com, *.example.com or *, without scheme and port.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(ForwardedHeadersOptions), faults);
        }
    }

    public IEnumerable<IPAddress> Proxies => _proxies;

    public IEnumerable<IPNetwork> Networks => _networks;

    public bool Contain(IPAddress peer)
    {
        // A socket for both versions shows IPv4 peers in IPv6 clothes.
        if (peer.IsIPv4MappedToIPv6)
        {
            peer = peer.MapToIPv4();
        }

        return _proxies.Contains(peer) || Array.Exists(_networks, network => network.Contains(peer));
    }

    private static List<IPAddress> ReadProxies(IList<string> texts, List<string> faults)
    {
        List<IPAddress> proxies = [];

        foreach (var text in texts)
        {
            if (ForwardedAddress.IsPlain(text) && IPAddress.TryParse(text, out var address))
            {
                proxies.Add(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
            }
            else
            {
                faults.Add($"{nameof(ForwardedHeadersOptions.KnownProxies)} names '{text}', which is no address: write 10.0.0.1 or 2001:db8::1.");
            }
        }

        return proxies;
    }

    private static List<IPNetwork> ReadNetworks(IList<string> texts, List<string> faults)
    {
        List<IPNetwork> networks = [];

        foreach (var text in texts)
        {
            var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;

            if (slash > 0 && ForwardedAddress.IsPlain(text.AsSpan(0, slash)) && IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                faults.Add($"{nameof(ForwardedHeadersOptions.KnownNetworks)} names '{text}', which is no network: write 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix.");
            }
        }

        return networks;
    }

    private static bool IsHost(string? host)
    {
        var name = host is null || host.StartsWith("*.", StringComparison.Ordinal) ? host?[2..] : host;
        return host is "*" || Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }
}
