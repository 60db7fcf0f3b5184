namespace RouteMiddleware.Settings;

/// <summary>Why an entry is out of every chain.</summary>
/// <param name="Reason">What kept it out.</param>
/// <param name="By">The settings key, or file and line of the call, that says so.</param>
internal sealed record Inactivity(TakenOffReason Reason, string By)
{
    public static readonly Inactivity Disabled = new(TakenOffReason.Disabled, $"{MiddlewareCatalog.SectionName}:{MiddlewareCatalog.DisabledKey}");

    /// <summary>That the entry at a place says so, by one of its keys.</summary>
    public static Inactivity Of(TakenOffReason reason, string where, string key)
        => new(reason, where.StartsWith($"{MiddlewareCatalog.SectionName}:", StringComparison.OrdinalIgnoreCase) ? $"{where}:{key}" : where);
}
