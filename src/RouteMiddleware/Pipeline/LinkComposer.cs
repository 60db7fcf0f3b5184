using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Makes one delegate of links and what follows them. Neighbouring hooks become one run.</summary>
internal static class LinkComposer
{
    /// <summary>Composes from the inside out.</summary>
    /// <param name="links">The links in reading order.</param>
    /// <param name="rest">What runs inside the innermost.</param>
    /// <param name="skip">Tells per link when a request passes it by; <see langword="null"/> for never.</param>
    /// <param name="faults">Takes what goes wrong while a link is put in place.</param>
    /// <param name="place">Puts a link around what follows; <see langword="null"/> for as it does itself.</param>
    /// <param name="joinHooks">Whether neighbouring hooks run as one.</param>
    public static RequestDelegate Compose(
        IReadOnlyList<Link> links,
        RequestDelegate rest,
        Func<Link, Func<HttpContext, bool>?> skip,
        FaultList faults,
        Func<Link, RequestDelegate, RequestDelegate>? place = null,
        bool joinHooks = true)
    {
        var next = rest;
        var end = links.Count;

        while (end > 0)
        {
            var link = links[end - 1];

            if (JoinsRun(link))
            {
                var start = end - 1;

                while (start > 0 && JoinsRun(links[start - 1]))
                {
                    start--;
                }

                next = Around([.. links.Skip(start).Take(end - start).Select(static hook => hook.Hook!)], next);
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

        bool JoinsRun(Link link) => joinHooks && link.Hook is not null && link.Plan.Condition is null && skip(link) is null;
    }

    private static RequestDelegate Around(HookMiddleware[] hooks, RequestDelegate next)
    {
        var run = new HookRun(hooks);
        return context => run.InvokeAsync(context, next);
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
