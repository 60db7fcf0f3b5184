using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Composes the chain of each endpoint while it is built: gathers in <c>Add</c>, wraps once in the first <c>Finally</c>.</summary>
internal sealed partial class ChainComposer(MiddlewareCatalog catalog, ChainResolver resolver, Generations generations, ILogger<ChainComposer> logger)
{
    // Some endpoints (static assets, Razor components) are built without the application's services. They are built by the start-up check, on its thread.
    [ThreadStatic]
    private static ChainComposer? _building;

    /// <summary>The composer of the application whose endpoints this thread builds for the start-up check.</summary>
    public static ChainComposer? Building => _building;

    /// <summary>Set by the start-up check: from now on nobody waits for faults any more.</summary>
    public bool IsChecked { get; set; }

    /// <summary>Has endpoints built.</summary>
    public IReadOnlyList<Endpoint> Build(Func<IReadOnlyList<Endpoint>> read)
    {
        _building = this;

        try
        {
            return read();
        }
        finally
        {
            _building = null;
        }
    }

    /// <summary>Puts attachments on an endpoint. Outer groups come first.</summary>
    public void Add(EndpointBuilder endpoint, Attachment attachment)
    {
        attachment.FoundOn(endpoint);
        PendingChain.Of(endpoint, resolver, generations).Add(attachment);
        endpoint.Metadata.Add(attachment);
    }

    /// <summary>Wraps the endpoint's delegate. Every level calls this; the first call does it all.</summary>
    public void Finish(EndpointBuilder endpoint)
    {
        if (PendingChain.Find(endpoint) is not { } pending)
        {
            return;
        }

        endpoint.Metadata.Remove(pending);

        var faults = pending.Faults;
        var resolved = pending.Resolved;
        var chain = resolved.Chain;
        endpoint.Metadata.Add(resolved.ChainWith(pending.HandlerStages));

        foreach (var (owner, link) in resolved.Links)
        {
            if (!link.HasRequestStage && !pending.HasHandlerStage)
            {
                faults.Add(ChainResolver.WhereOf(endpoint, owner), $"'{link.Plan}' is an endpoint filter, but this endpoint has no handler stage.", "Implement IMiddleware, whose request stage runs on every endpoint.");
            }

            // One that can't run on any path of the route has nothing to say of it.
            if (link.Plan.Condition is not { } condition || endpoint is not RouteEndpointBuilder route || condition.MayMatch(route.RoutePattern))
            {
                Contribute(endpoint, owner, link, faults);
            }
        }

        Preflight.Prepare(endpoint, resolved.InOrder, generations, chain.IsWithoutGlobalAnswer(catalog.Global));

        if (endpoint.RequestDelegate is { } handler)
        {
            if (!endpoint.Metadata.Any(static item => item is MethodInfo))
            {
                endpoint.Metadata.Add(new HandlerMethod(handler));
            }

            var composed = Segment.Compose(resolved.SegmentsFor(generations), handler, faults);
            endpoint.RequestDelegate = resolved.IsFaulty || faults.Count > 0 ? Refuse(endpoint, faults) : composed;
        }

        Array.ForEach(faults.ToArray(), catalog.Faults.Add);
    }

    private static void Contribute(EndpointBuilder endpoint, Attachment owner, Link link, FaultList faults)
    {
        try
        {
            link.Contribute(endpoint);
        }
        catch (Exception exception)
        {
            LinkFactory.AddFaults(exception, link.Plan, faults, ChainResolver.WhereOf(endpoint, owner));
        }
    }

    // Endpoints that are built after the start (again, or anew) can't stop it any more. One that can't run as declared does not run.
    private RequestDelegate Refuse(EndpointBuilder endpoint, FaultList faults)
    {
        // All faults of the application are told with it. Before the start is over nobody asks for them here: thousands of endpoints would each write all of them.
        var error = new Lazy<RouteMiddlewareException>(() => new([.. faults.ToArray(), .. catalog.Faults.ToArray()]));

        if (IsChecked)
        {
            Log.EndpointRefused(logger, error.Value, RouteName.Of(endpoint));
        }

        return _ => throw error.Value;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The chain of '{Route}' can't run as declared; the endpoint refuses every request.", EventName = "EndpointRefused")]
        public static partial void EndpointRefused(ILogger logger, Exception exception, string route);
    }
}
