namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>Whether the doors are closed, what callers are told, and who may pass all the same.</summary>
public sealed class MaintenanceOptions
{
    /// <summary>Whether requests are turned away. Default: <see langword="false"/>.</summary>
    public bool Enabled { get; set; }

    /// <summary>What callers are told, as the answer's <c>detail</c>. Default: <c>System under maintenance</c>.</summary>
    public string Message { get; set; } = "System under maintenance";

    /// <summary>Addresses and networks (<c>10.0.0.0/8</c>) whose requests pass. Default: empty.</summary>
    public IList<string> AllowedIps { get; set; } = [];

    /// <summary>
    /// Paths that stay open with everything below them, compared by segment and without case: <c>/health</c> opens <c>/health/live</c> and not <c>/healthsecret</c>.
    /// Default: <c>/health</c>.
    /// </summary>
    public IList<string> AllowedPaths { get; set; } = ["/health"];

    /// <summary>
    /// Requests with this in their header <c>X-Maintenance-Bypass</c> pass: for checks of what is closed still, by whoever has no address of their own. Default:
    /// <see langword="null"/>, none. At least 32 characters, drawn at random, of those a header can carry (no spaces, no letters beyond ASCII).
    /// </summary>
    [Secret]
    public string? BypassSecret { get; set; }

    /// <summary>
    /// Users with one of these roles pass, where <c>auth</c> or <c>optional_auth</c> stands in front of this one and found them good. Default: empty, nobody passes by a role.
    /// </summary>
    public IList<string> BypassRoles { get; set; } = [];

    /// <summary>What <c>Retry-After</c> tells while <see cref="Until"/> is not known. Default: 300 seconds; at least one second.</summary>
    [DurationRange("1s")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>The first moment that is open again although <see cref="Enabled"/> is set. Default: <see langword="null"/>, until further notice. Without an offset, UTC.</summary>
    public DateTimeOffset? Until { get; set; }
}
