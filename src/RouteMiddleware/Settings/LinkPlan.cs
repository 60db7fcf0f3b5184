namespace RouteMiddleware.Settings;

/// <summary>One middleware at one place, with everything that is known of it before it is made.</summary>
internal sealed class LinkPlan
{
    private LinkPlan? _started;
    private AttachmentPlace? _place;

    public required MiddlewareRegistration Registration { get; init; }

    /// <summary>Settings key, or file and line of the call.</summary>
    public required string Where { get; init; }

    /// <summary>Whose plan it is, and on which of its paths.</summary>
    public AttachmentPlace Place => _place ??= PlaceAt(AttachmentPlace.GlobalList);

    public string? Argument { get; init; }

    public IReadOnlyDictionary<string, string?> Options { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    public PathCondition? Condition { get; init; }

    /// <summary>Why the entry is out of every chain, or <see langword="null"/> where it counts.</summary>
    public Inactivity? Inactive { get; init; }

    /// <summary>The groups through which the entry came here, outermost first.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The <c>configure</c> delegate of the call.</summary>
    public Action<object>? Configure { get; init; }

    /// <summary>The plan that this one stands for since a reload of the configuration; the plan itself where it is one that the application started with.</summary>
    public LinkPlan Started => _started ?? this;

    public string Name => Registration.Alias;

    /// <summary>All that its entry says, as one text: equal where two entries say the same.</summary>
    public string Text
        => string.Join(
            '\n',
            Options.OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase).Select(static pair => $"{pair.Key.ToUpperInvariant()}={pair.Value?.Length}:{pair.Value}")
                .Prepend($"{this} {Inactive?.Reason} {string.Join('>', Groups)} {Condition}"));

    /// <summary>The same attachment with the options of another reading of the configuration.</summary>
    public LinkPlan With(LinkPlan reread) => new()
    {
        Registration = Registration,
        Where = Where,
        Argument = reread.Argument,
        Options = reread.Options,
        Condition = Condition,
        Inactive = Inactive,
        Groups = Groups,
        Configure = Configure,
        _started = Started,
        _place = Place,
    };

    /// <summary>Says on which endpoint it stands: it is none of the global list.</summary>
    public void StandsAt(string endpoint) => _place = PlaceAt(endpoint);

    /// <summary>Whether another reading of the configuration means the same attachment, whatever its options are.</summary>
    public bool IsSameAs(LinkPlan other)
        => string.Equals(Name, other.Name, StringComparison.Ordinal)
            && Inactive?.Reason == other.Inactive?.Reason
            && string.Equals(Condition?.ToString(), other.Condition?.ToString(), StringComparison.OrdinalIgnoreCase)
            && Groups.SequenceEqual(other.Groups, AliasComparer.Instance);

    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";

    private AttachmentPlace PlaceAt(string text) => new(Condition is null ? text : $"{text} {Condition}");
}
