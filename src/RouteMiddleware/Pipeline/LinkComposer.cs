using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Makes one delegate of links and what follows them. Neighbours that say so become one step.</summary>
internal static class LinkComposer
{
    /// <summary>Composes from the inside out.</summary>
    /// <param name="links">The links in reading order.</param>
    /// <param name="rest">What runs inside the innermost.</param>
    /// <param name="skip">Tells per link when a request passes it by; <see langword="null"/> for never.</param>
    /// <param name="faults">Takes what goes wrong while a link is put in place.</param>
    /// <param name="place">Puts a link around what follows; <see langword="null"/> for as it does itself.</param>
    /// <param name="joinNeighbours">Whether neighbours may run as one.</param>
    public static RequestDelegate Compose(
        IReadOnlyList<Link> links,
        RequestDelegate rest,
        Func<Link, Func<HttpContext, bool>?> skip,
        FaultList faults,
        Func<Link, RequestDelegate, RequestDelegate>? place = null,
        bool joinNeighbours = true)
    {
        var next = rest;
        var end = links.Count;

        while (end > 0)
        {
            var link = links[end - 1];

            if (RunOf(link) is { } run)
            {
                var start = end - 1;

                while (start > 0 && run.Equals(RunOf(links[start - 1])))
                {
                    start--;
                }

                var inner = next;
                var joined = links[start].Joining!.Join([.. links.Skip(start).Take(end - start).Select(static neighbour => neighbour.Joining!)], inner);
                next = run.Skip is { } passesBy ? context => passesBy(context) ? inner(context) : joined(context) : joined;
                end = start;
                continue;
            }

            if (link.HasRequestStage)
            {
                next = Around(link, next, skip(link), faults, place);
            }

            end--;
        }

        return next;

        // Neighbours run together where they say the same, and where the same requests pass them by.
        (object Key, Func<HttpContext, bool>? Skip)? RunOf(Link link)
            => joinNeighbours && link.Plan.Condition is null && link.Joining?.JoinKey is { } key ? (key, skip(link)) : null;
    }

    private static RequestDelegate Around(Link link, RequestDelegate next, Func<HttpContext, bool>? skip, FaultList faults, Func<Link, RequestDelegate, RequestDelegate>? place)
    {
        RequestDelegate around;

        try
        {
            around = place is null ? link.Around(next) : place(link, next);
        }
        catch (Exception exception)
        {
            LinkFactory.AddFaults(exception, link.Plan, faults);
            return next;
        }

        if (link.Plan.Condition is { } condition)
        {
            var inner = around;
            around = context => condition.Matches(context.Request.Path.Value) ? inner(context) : next(context);
        }

        if (skip is not null)
        {
            var inner = around;
            around = context => skip(context) ? next(context) : inner(context);
        }

        return around;
    }
}
