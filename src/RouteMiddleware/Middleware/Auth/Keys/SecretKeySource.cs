namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>The secret of the settings: another secret is another source.</summary>
internal sealed class SecretKeySource(TokenKeys keys) : ITokenKeySource
{
    public TokenKeys Current => keys;

    public TimeSpan RetryAfter => TimeSpan.Zero;

    public ValueTask<TokenKeys?> AskAsync(TokenKeys? known) => ValueTask.FromResult<TokenKeys?>(keys);
}
