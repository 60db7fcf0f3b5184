using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>The allowed hosts, checked and made ready for look-ups that allocate nothing.</summary>
internal sealed class AllowedHosts
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _parents;
    private readonly bool _isAnyAllowed;

    /// <exception cref="OptionsValidationException">Some option can't be used; all of them are named.</exception>
    public AllowedHosts(TrustedHostOptions options)
    {
        List<string> faults = [];
        List<string> exact = [];
        List<string> parents = [];

        if (options.AllowedHosts is not { Count: > 0 })
        {
            faults.Add($"{nameof(options.AllowedHosts)} is empty, but required: name the hosts of the application, or '*' to allow all.");
        }

        foreach (var entry in options.AllowedHosts ?? [])
        {
            var isWildcard = entry?.StartsWith("*.", StringComparison.Ordinal) == true;

            if (entry == "*")
            {
                _isAnyAllowed = true;
            }
            else if (entry is null || Canonical(isWildcard ? entry[2..] : entry, isWildcard) is not { } host)
            {
                faults.Add($"{nameof(options.AllowedHosts)} has '{entry}', which is no host: write a name or an address without scheme and port, '*.example.com' for subdomains, or '*'.");
            }
            else
            {
                (isWildcard ? parents : exact).Add(host);
            }
        }

        if (!Enum.IsDefined(options.WwwRedirect))
        {
            faults.Add($"{nameof(options.WwwRedirect)} ({options.WwwRedirect:D}) must be one of {string.Join(", ", Enum.GetNames<WwwRedirect>())}.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TrustedHostOptions), faults);
        }

        _exact = exact.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _parents = parents.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public HostMatch Find(HostText host)
    {
        if (_exact.Contains(host.Host) || (host.Kind == HostKind.IPv6 && _exact.Contains(host.CanonicalIPv6())))
        {
            return HostMatch.Exact;
        }

        if (_isAnyAllowed)
        {
            return HostMatch.Any;
        }

        return host.Kind == HostKind.Name && IsSubdomain(host.Host) ? HostMatch.Subdomain : HostMatch.No;
    }

    private static string? Canonical(string entry, bool isParent)
    {
        // Who writes an IPv6 address into settings may leave its brackets off, as there is no port to tell apart.
        var isBareAddress = !isParent && entry.AsSpan().Count(':') > 1 && !entry.StartsWith('[');

        if (!TryToAscii(isBareAddress ? $"[{entry}]" : entry, out var text)
            || !HostText.TryParse(text, out var host)
            || !host.Port.IsEmpty
            || (isParent && host.Kind != HostKind.Name))
        {
            return null;
        }

        return host.Kind == HostKind.IPv6 ? host.CanonicalIPv6() : host.Host.ToString();
    }

    // Requests carry the ASCII form of international names.
    private static bool TryToAscii(string entry, out string ascii)
    {
        ascii = entry;

        if (Ascii.IsValid(entry))
        {
            return true;
        }

        try
        {
            // Letters with accents of their own are one letter only where the runtime has its globalization data: without it, they would be another name.
            ascii = entry.Any(static letter => letter is >= '\u0300' and <= '\u036F') ? "" : new IdnMapping().GetAscii(entry.ToLowerInvariant().Normalize());
            return true;
        }
        catch (ArgumentException)
        {
            // No name: the caller tells so.
            return false;
        }
    }

    private bool IsSubdomain(ReadOnlySpan<char> name)
    {
        for (var dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.'))
        {
            name = name[(dot + 1)..];

            if (_parents.Contains(name))
            {
                return true;
            }
        }

        return false;
    }
}
