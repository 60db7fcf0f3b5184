using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.SecurityHeaders;

/// <summary>Adds headers to every answer that switch on the protections of browsers.</summary>
internal sealed class SecurityHeadersMiddleware : IMiddleware
{
    private static readonly Func<object, Task> SendHeaders = static state =>
    {
        var context = (HttpContext)state;
        context.Features.Get<SecurityHeadersMiddleware>()!.Send(context);
        return Task.CompletedTask;
    };

    private readonly KeyValuePair<string, StringValues>[] _always;
    private readonly StringValues _hsts;
    private readonly bool _overwrite;

    public SecurityHeadersMiddleware(SecurityHeadersOptions options)
    {
        var plan = new HeaderPlan(options);

        _always = plan.Always;
        _hsts = plan.HstsValue;
        _overwrite = options.Overwrite;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // The innermost one, which comes last here, decides: a route that takes a header off must not get it back from the global list.
        context.Features.Set(this);
        context.Response.OnStarting(SendHeaders, context);
        return next(context);
    }

    private void Send(HttpContext context)
    {
        var headers = context.Response.Headers;

        foreach (var (name, value) in _always)
        {
            if (_overwrite || !headers.ContainsKey(name))
            {
                headers[name] = value;
            }
        }

        // Asked now and not on the way in: what stands behind this one may have read a trusted proxy's headers.
        if (_hsts.Count > 0 && context.Request.IsHttps && (_overwrite || !headers.ContainsKey(HeaderPlan.Hsts)))
        {
            headers.StrictTransportSecurity = _hsts;
        }
    }
}
