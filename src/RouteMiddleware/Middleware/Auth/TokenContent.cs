namespace RouteMiddleware.Middleware.Auth;

/// <summary>What the strict reader found in a token whose signature is not checked yet. Times are whole seconds since 1970.</summary>
internal sealed class TokenContent
{
    /// <summary>The payload's JSON text.</summary>
    public required byte[] Payload { get; init; }

    public long Expires { get; init; }

    /// <summary>The later of <c>nbf</c> and <c>iat</c>; zero where there is neither.</summary>
    public long Begins { get; init; }

    public string? Id { get; init; }

    public required string Algorithm { get; init; }

    /// <summary>What the token says of its key, not known to be the name of one.</summary>
    public string? KeyId { get; init; }
}
