namespace RouteMiddleware.Settings;

/// <summary>The two parts of an entry's text: <c>rate_limit</c> and <c>100/1m</c> of <c>rate_limit:100/1m</c>.</summary>
internal readonly record struct EntryText(string Name, string? Argument)
{
    /// <summary>Whether the name can only be a type's: aliases have neither dots nor commas.</summary>
    public bool NamesType => Name.AsSpan().ContainsAny(".,+`");

    public static EntryText Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(text.Trim(), null) : new(text[..colon].Trim(), text[(colon + 1)..].Trim());
    }
}
