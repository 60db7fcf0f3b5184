using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using InBoxOptions = Microsoft.AspNetCore.HttpsPolicy.HttpsRedirectionOptions;

namespace RouteMiddleware.Middleware.HttpsRedirection;

/// <summary>Sends callers who come over http to https, by ASP.NET Core's own middleware.</summary>
[OncePerChain]
internal sealed class HttpsRedirectionMiddleware : IMiddleware, IDisposable
{
    private readonly InBoxBranch _branch;

    public HttpsRedirectionMiddleware(HttpsRedirectionOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();

        var port = options.HttpsPort ?? services.GetService<IOptions<InBoxOptions>>()?.Value.HttpsPort;
        var status = options.StatusCode;

        _branch = new InBoxBranch(
            services,
            own => own.Configure<InBoxOptions>(settings => (settings.HttpsPort, settings.RedirectStatusCode) = (port, status)),
            static app => app.UseHttpsRedirection());
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => context.Request.IsHttps ? next(context) : _branch.InvokeAsync(context, next);

    public void Dispose() => _branch.Dispose();
}
