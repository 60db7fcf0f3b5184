using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>The first step of an endpoint's chain, where what stands behind it is composed by the endpoint's first request.</summary>
internal abstract class FirstStep(Segment segment, RequestDelegate rest)
{
    /// <summary>What follows; <see langword="null"/> until the first request.</summary>
    public RequestDelegate? Next;

    /// <summary>Takes the first request. Two first ones at once may both compose what follows; either serves.</summary>
    // Inlined, it would have every request save and restore registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Task BeginAsync(HttpContext context) => InvokeAsync(context, Next = segment.ComposeBehindFirst(rest));

    /// <summary>Hands a request to the middleware of the step.</summary>
    protected abstract Task InvokeAsync(HttpContext context, RequestDelegate next);
}
