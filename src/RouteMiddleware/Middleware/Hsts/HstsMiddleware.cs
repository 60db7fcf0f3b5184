using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using InBoxMiddleware = Microsoft.AspNetCore.HttpsPolicy.HstsMiddleware;
using InBoxOptions = Microsoft.AspNetCore.HttpsPolicy.HstsOptions;

namespace RouteMiddleware.Middleware.Hsts;

/// <summary>Has ASP.NET Core's own middleware set <c>Strict-Transport-Security</c>, at the moment when the headers go out: on an exception handler's answer too.</summary>
internal sealed class HstsMiddleware : IMiddleware
{
    private static readonly Func<object, Task> SendHeader = static state =>
    {
        var context = (HttpContext)state;
        return context.Response.Headers.StrictTransportSecurity.Count > 0 ? Task.CompletedTask : context.Features.Get<HstsMiddleware>()!._inBox.Invoke(context);
    };

    private readonly InBoxMiddleware _inBox;

    public HstsMiddleware(HstsOptions options, ILoggerFactory loggers)
    {
        options.ThrowIfInvalid();

        var settings = new InBoxOptions { MaxAge = options.MaxAge, IncludeSubDomains = options.IncludeSubDomains, Preload = options.Preload };
        settings.ExcludedHosts.Clear();

        foreach (var host in options.ExcludedHosts)
        {
            settings.ExcludedHosts.Add(host);
        }

        _inBox = new InBoxMiddleware(static _ => Task.CompletedTask, Options.Create(settings), loggers);
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // The innermost one decides, also where it stands twice.
        context.Features.Set(this);
        context.Response.OnStarting(SendHeader, context);
        return next(context);
    }
}
