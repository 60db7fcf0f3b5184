namespace RouteMiddleware.Middleware.Cache;

/// <summary>Says which headers of the request choose among the answers of one key.</summary>
internal sealed class VaryMark : CacheItem
{
    /// <summary>In lower case, in order, each once.</summary>
    public required string[] Names { get; init; }

    public override long Size => Overhead + Names.Sum(static name => 30 + (2L * name.Length));
}
