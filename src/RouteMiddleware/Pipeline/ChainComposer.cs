using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Composes the chain of each endpoint while it is built: gathers in <c>Add</c>, wraps once in the first <c>Finally</c>.</summary>
internal sealed partial class ChainComposer(MiddlewareCatalog catalog, ChainResolver resolver, ILogger<ChainComposer> logger)
{
    /// <summary>Set by the start-up check: from now on nobody waits for faults any more.</summary>
    public bool IsChecked { get; set; }

    /// <summary>Puts attachments on an endpoint. Outer groups come first.</summary>
    public void Add(EndpointBuilder endpoint, Attachment attachment)
    {
        var pending = PendingChain.Of(endpoint, resolver);
        pending.Add(attachment);
        attachment.FoundOn(endpoint);
        endpoint.Metadata.Add(attachment);

        if (resolver.MayHaveHandlerStage(attachment))
        {
            // One factory for each call keeps reading order with the filters that AddEndpointFilter adds in between.
            endpoint.FilterFactories.Add((context, next) => pending.Around(attachment, context, next));
        }
    }

    /// <summary>Wraps the endpoint's delegate. Every level calls this; the first call does it all.</summary>
    public void Finish(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<PendingChain>().FirstOrDefault() is not { } pending)
        {
            return;
        }

        endpoint.Metadata.Remove(pending);

        var before = catalog.Faults.Count;
        var (links, chain, faulty) = pending.Resolved;
        endpoint.Metadata.Add(chain);

        foreach (var (owner, link) in links)
        {
            if (!link.HasRequestStage && !pending.HasHandlerStage)
            {
                catalog.Faults.Add(ChainResolver.WhereOf(endpoint, owner), $"'{link.Plan}' is an endpoint filter, but this endpoint has no handler stage.", "Implement IMiddleware, whose request stage runs on every endpoint.");
            }

            Contribute(endpoint, owner, link);
        }

        if (endpoint.RequestDelegate is { } handler)
        {
            var composed = LinkComposer.Compose([.. links.Select(static item => item.Link)], handler, static _ => null, catalog.Faults);
            endpoint.RequestDelegate = faulty || catalog.Faults.Count > before ? Refuse(endpoint) : composed;
        }
    }

    private void Contribute(EndpointBuilder endpoint, Attachment owner, Link link)
    {
        try
        {
            link.Contribute(endpoint);
        }
        catch (Exception exception)
        {
            var faults = new FaultList();
            LinkFactory.AddFaults(exception, link.Plan, faults);
            Array.ForEach(faults.ToArray(), fault => catalog.Faults.Add(fault with { Where = ChainResolver.WhereOf(endpoint, owner) }));
        }
    }

    // Endpoints that are built after the start (again, or anew) can't stop it any more. One that can't run as declared does not run.
    private RequestDelegate Refuse(EndpointBuilder endpoint)
    {
        var error = new RouteMiddlewareException(catalog.Faults.ToArray() is { Length: > 0 } faults ? faults : [new RouteMiddlewareFault(RouteName.Of(endpoint), "The chain is faulty.", "See the start-up errors.")]);

        if (IsChecked)
        {
            Log.EndpointRefused(logger, error, RouteName.Of(endpoint));
        }

        return _ => throw error;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The chain of '{Route}' can't run as declared; the endpoint refuses every request.", EventName = "EndpointRefused")]
        public static partial void EndpointRefused(ILogger logger, Exception exception, string route);
    }
}
