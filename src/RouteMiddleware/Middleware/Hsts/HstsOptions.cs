using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Hsts;

/// <summary>What <c>Strict-Transport-Security</c> asks of browsers.</summary>
public sealed class HstsOptions
{
    /// <summary>How long browsers use https alone. Default: 30 days; whole seconds are sent; zero makes them forget.</summary>
    [DurationRange("0s")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether that holds for all subdomains too. Default: <see langword="false"/>.</summary>
    public bool IncludeSubDomains { get; set; }

    /// <summary>Whether the site asks for a place in the browsers' built-in lists. Default: <see langword="false"/>.</summary>
    public bool Preload { get; set; }

    /// <summary>Host names to which the header is not sent. Default: <c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c>.</summary>
    public IList<string> ExcludedHosts { get; set; } = ["localhost", "127.0.0.1", "[::1]"];

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (MaxAge < TimeSpan.Zero)
        {
            faults.Add($"{nameof(MaxAge)} must not be negative, but is {MaxAge}.");
        }

        if (ExcludedHosts.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add($"{nameof(ExcludedHosts)} has an empty entry; name hosts without scheme and port.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(HstsOptions), faults);
        }
    }
}
