namespace RouteMiddleware;

/// <summary>
/// One entry that was put on an endpoint, or taken off it. Endpoint metadata holds one of these per entry, in reading order:
/// outer group, inner group, route; inside one builder the order of the calls.
/// </summary>
public interface IRouteMiddlewareMetadata
{
    /// <summary>The alias as it was written, or the name of the type; <c>(delegate)</c> for a delegate.</summary>
    string Name { get; }

    /// <summary>The entry's argument (<c>100/1m</c> of <c>rate_limit:100/1m</c>), or <see langword="null"/>.</summary>
    string? Argument { get; }

    /// <summary><see langword="true"/> where the entry was taken off by <c>WithoutMiddleware</c>.</summary>
    bool IsExclusion { get; }

    /// <summary>File and line of the call, or <see langword="null"/> where the compiler did not say.</summary>
    string? Origin { get; }
}
