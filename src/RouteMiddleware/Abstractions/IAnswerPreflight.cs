using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// A middleware that answers the CORS preflights (<c>OPTIONS</c> with <c>Origin</c> and <c>Access-Control-Request-Method</c>) of the endpoints it stands on.
/// Such a request is given to it alone: nothing else of the endpoint's chain, and no authorization of the endpoint, stands in its way.
/// </summary>
/// <remarks>
/// Source: the Fetch standard, section "CORS-preflight fetch". In the global list the middleware sees preflights like any request, in its place of the list.
/// </remarks>
public interface IAnswerPreflight
{
    /// <summary>Answers the preflight.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends when the answer is written.</returns>
    Task AnswerPreflightAsync(HttpContext context);
}
