using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>A middleware that can do together with its neighbours, at once, what they would do one behind the other.</summary>
internal interface IJoinNeighbours : IMiddleware
{
    /// <summary>Neighbours whose keys are equal run together, where the same requests go through them; <see langword="null"/> for alone.</summary>
    object? JoinKey { get; }

    /// <summary>Makes one step of neighbours.</summary>
    /// <param name="run">The neighbours in reading order, this one first; perhaps this one alone.</param>
    /// <param name="next">What follows the last of them.</param>
    /// <returns>The step.</returns>
    RequestDelegate Join(IReadOnlyList<IMiddleware> run, RequestDelegate next);
}
