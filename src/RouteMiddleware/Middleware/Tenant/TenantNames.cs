using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>Which names are tenants: those that the pattern matches as a whole and, where there is a list, that are on it.</summary>
internal sealed class TenantNames
{
    private readonly Regex? _pattern;
    private readonly FrozenDictionary<string, TenantFeature>? _known;

    private TenantNames(Regex? pattern, FrozenDictionary<string, TenantFeature>? known)
    {
        _pattern = pattern;
        _known = known;
    }

    /// <summary>Reads the options; what is wrong with them is added to the faults.</summary>
    public static TenantNames Read(TenantOptions options, List<string> faults)
    {
        var pattern = ReadPattern(options.Pattern, faults);

        // An empty list, left over by a template, must not open the door for everybody.
        if (options.Known is { Count: 0 })
        {
            faults.Add($"{nameof(options.Known)} must name a tenant; leave it out to take any name.");
        }

        foreach (var name in options.Known ?? [])
        {
            if (name is null || pattern?.IsMatch(name) == false)
            {
                faults.Add($"{nameof(options.Known)} ('{name}') must match {nameof(options.Pattern)} ('{options.Pattern}').");
            }
        }

        return new(
            pattern,
            options.Known?.OfType<string>().Distinct(StringComparer.Ordinal).ToFrozenDictionary(static name => name, static name => new TenantFeature(name), StringComparer.Ordinal));
    }

    /// <summary>The feature of a tenant, or nothing for a name that is none, whether it is malformed or not there.</summary>
    public TenantFeature? Find(string name)
    {
        if (_known is not null)
        {
            return _known.GetValueOrDefault(name);
        }

        return _pattern?.IsMatch(name) == true ? new TenantFeature(name) : null;
    }

    private static Regex? ReadPattern(string? pattern, List<string> faults)
    {
        // Its time grows with the name's length and nothing else, whatever the pattern.
        const RegexOptions linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

        if (string.IsNullOrEmpty(pattern))
        {
            faults.Add($"{nameof(TenantOptions.Pattern)} must be a regular expression, but is empty.");
            return null;
        }

        try
        {
            // By itself first: a parenthesis too many would close ours.
            _ = new Regex(pattern, linear, TimeSpan.FromSeconds(1));
            return new Regex($@"\A(?:{pattern})\z", linear, TimeSpan.FromSeconds(1));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            faults.Add($"{nameof(TenantOptions.Pattern)} ('{pattern}') must be a regular expression without look-around and back references: {error.Message}");
            return null;
        }
    }
}
