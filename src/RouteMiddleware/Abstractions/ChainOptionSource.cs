namespace RouteMiddleware;

/// <summary>The layers that set options; later ones win.</summary>
public enum ChainOptionSource
{
    /// <summary>The default of the options class.</summary>
    ClassDefault,

    /// <summary>The defaults given to <c>AddMiddleware</c>.</summary>
    Registration,

    /// <summary>The middleware's section of the settings.</summary>
    Section,

    /// <summary>The options of the entry.</summary>
    Entry,

    /// <summary>The argument of the entry.</summary>
    Argument,

    /// <summary>The delegate of the call.</summary>
    Call,
}
