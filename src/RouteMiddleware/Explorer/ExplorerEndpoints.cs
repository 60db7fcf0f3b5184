using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Explorer;

/// <summary>The endpoints of the explorer: the page, what it shows, and the stream of figures. All of them answer GET and HEAD alone.</summary>
internal sealed class ExplorerEndpoints(IServiceProvider services, ExplorerGuard guard)
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private readonly Refusal _crossSite = new(
        StatusCodes.Status403Forbidden,
        "explorer_cross_site",
        "Not for other sites",
        "Only the explorer's own page may read this.");

    private readonly ExplorerModel _model = ActivatorUtilities.CreateInstance<ExplorerModel>(services);
    private readonly ExplorerStream _stream = ActivatorUtilities.CreateInstance<ExplorerStream>(services);

    public IEndpointConventionBuilder MapTo(RouteGroupBuilder group, ExplorerMark mark)
    {
        group.ExcludeFromDescription().WithMetadata(mark).WithDisplayName("Middleware explorer");

        Map("", ExplorerPage.WriteAsync, isPage: true);
        Map("/model", _model.WriteAsync);
        Map("/route/{id}", WriteRouteAsync);
        Map("/live", _stream.WriteAsync).DisableHttpMetrics().DisableRequestTimeout();

        return group;

        IEndpointConventionBuilder Map(string pattern, RequestDelegate write, bool isPage = false)
            => group.MapMethods(pattern, Reading, context => ServeAsync(context, write, isPage));
    }

    private Task ServeAsync(HttpContext context, RequestDelegate write, bool isPage)
    {
        if (context.GetEndpoint() is not { } endpoint || !guard.MayServe(endpoint))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        // Whoever has an answer may not show it inside another page, keep it, or take it for something else; no middleware puts a weaker policy in this one's place.
        context.Features.Set(OwnContentPolicy.Instance);
        context.Response.OnStarting(SetHeaders, context.Response);

        // A page elsewhere that the browser would let read this (by CORS that was meant for something else) says so itself. Following a link to the page is no harm.
        if (!isPage && context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
        {
            return _crossSite.WriteAsync(context);
        }

        return write(context);
    }

    private Task WriteRouteAsync(HttpContext context)
    {
        var id = context.GetRouteValue("id") as string;
        var number = id == "none" ? -1 : int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : int.MaxValue;
        return _model.WriteRouteAsync(context, number);
    }

    private static Task SetHeaders(object state)
    {
        var headers = ((HttpResponse)state).Headers;
        headers.ContentSecurityPolicy = ExplorerPage.ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // What is compressed is held back in buffers along the way, and the stream would stand still.
        headers.CacheControl = "no-store, no-transform";
        return Task.CompletedTask;
    }
}
