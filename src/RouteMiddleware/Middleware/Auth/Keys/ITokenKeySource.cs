namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>Where the keys come from, which may be far away.</summary>
internal interface ITokenKeySource
{
    /// <summary>The keys as they are known now, or <see langword="null"/> before any were. Another object after a change, and only then.</summary>
    TokenKeys? Current { get; }

    /// <summary>When asking again may help, while there are no keys.</summary>
    TimeSpan RetryAfter { get; }

    /// <summary>Looks for newer keys if that may be done now, and waits a moment for them.</summary>
    /// <param name="known">The keys that did not serve. Where others are in use meanwhile, they are the newer ones.</param>
    ValueTask<TokenKeys?> AskAsync(TokenKeys? known);
}
