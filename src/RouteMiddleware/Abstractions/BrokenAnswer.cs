using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>An answer that was broken off by who handled its exception: what stands in front sees no exception, and the status that went out tells nothing of it.</summary>
/// <param name="status">What is counted and written down: 500, or 499 where the caller went away.</param>
internal sealed class BrokenAnswer(int status)
{
    public int Status => status;

    /// <summary>The status of a request whose rest ended without an exception.</summary>
    public static int StatusOf(HttpContext context) => context.Features.Get<BrokenAnswer>()?.Status ?? context.Response.StatusCode;
}
