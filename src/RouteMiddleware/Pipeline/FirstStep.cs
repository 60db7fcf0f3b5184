using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>The first step of an endpoint's chain, where what stands behind it is composed by the endpoint's first request.</summary>
internal abstract class FirstStep(Segment segment, RequestDelegate rest)
{
    /// <summary>What follows; <see langword="null"/> until the first request.</summary>
    public RequestDelegate? Next;

    /// <summary>Composes what follows. Two first requests at once may both do so; either serves.</summary>
    public RequestDelegate Compose() => Next = segment.ComposeBehindFirst(rest);
}
