using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Pipeline;

namespace RouteMiddleware.Introspection;

/// <summary>Tells who answers the CORS preflights of an endpoint, as the pipeline would have it.</summary>
internal static class PreflightReading
{
    /// <summary>Describes them.</summary>
    /// <param name="endpoint">The endpoint; <see langword="null"/> where none matches.</param>
    /// <param name="links">Its chain.</param>
    /// <param name="keptGlobal">What of the global list the endpoint did not take off.</param>
    /// <param name="wholeGlobal">The whole global list: what runs where routing answers by itself.</param>
    public static PreflightChain Of(Endpoint? endpoint, IReadOnlyList<ChainLink> links, IReadOnlyList<ChainLink> keptGlobal, IReadOnlyList<ChainLink> wholeGlobal)
    {
        var prepared = endpoint?.Metadata.GetMetadata<Preflight>();
        var takesOptions = endpoint is not null && prepared is null && TakesOptions(endpoint);
        IReadOnlyList<ChainLink> global = prepared is not null ? [.. keptGlobal.Where(static link => !SkipsPreflight(link))]
            : takesOptions ? [.. links.Where(static link => link.IsGlobal)]
            : wholeGlobal;

        if (global.FirstOrDefault(Answers) is { } first)
        {
            return new(PreflightAnswer.GlobalList, first, UpTo(first, global), $"'{first}' of the global list answers it.{Conditions(first)}");
        }

        if (prepared?.Plan is { } plan)
        {
            var own = links.First(link => !link.IsGlobal && Answers(link) && ReferenceEquals(link.Registration, plan.Registration));
            return new(PreflightAnswer.Route, own, [.. global, own], $"'{own}' of the route's own chain answers it; of the chain nothing else runs.{Conditions(own)}");
        }

        if (prepared is not null)
        {
            return new(PreflightAnswer.Nobody, null, global, "The route took off what answers it in the global list, so that it is refused with 405.");
        }

        if (endpoint?.Metadata.GetMetadata<ICorsMetadata>() is not null)
        {
            return new(PreflightAnswer.CorsPolicy, null, links, "The CORS policy in the endpoint's metadata answers it, where app.UseCors() stands in the pipeline.");
        }

        return takesOptions
            ? new(PreflightAnswer.Endpoint, null, links, "No middleware answers it; the endpoint takes OPTIONS, and its whole chain runs.")
            : new(PreflightAnswer.Nobody, null, global, endpoint is null
                ? "No middleware answers it, and no endpoint is there: 404."
                : "No middleware answers it, and the endpoint does not take OPTIONS: 405.");
    }

    private static IReadOnlyList<ChainLink> UpTo(ChainLink last, IReadOnlyList<ChainLink> links) => [.. links.TakeWhile(link => !ReferenceEquals(link, last)), last];

    private static bool TakesOptions(Endpoint endpoint)
        => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { AcceptCorsPreflight: false, HttpMethods: { Count: > 0 } methods } || methods.Any(HttpMethods.IsOptions);

    private static bool Answers(ChainLink link) => link.Registration.MiddlewareType?.IsAssignableTo(typeof(IAnswerPreflight)) == true;

    private static bool SkipsPreflight(ChainLink link) => link.Registration.MiddlewareType?.IsDefined(typeof(SkipsPreflightAttribute), inherit: true) == true;

    private static string Conditions(ChainLink link) => link.Include.Count + link.Exclude.Count == 0 ? "" : " It runs on some paths only.";
}
