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
        var setAll = _overwrite || HasOnlyContent(headers);
        var keepsPolicy = _overwrite && context.Features.Get<OwnContentPolicy>() is not null;

        foreach (var (name, value) in _always)
        {
            if ((setAll || !headers.ContainsKey(name)) && !(keepsPolicy && name.Equals(HeaderPlan.Policy, StringComparison.OrdinalIgnoreCase)))
            {
                headers[name] = value;
            }
        }

        // Asked now and not on the way in: what stands behind this one may have read a trusted proxy's headers.
        if (_hsts.Count > 0 && context.Request.IsHttps && (setAll || !headers.ContainsKey(HeaderPlan.Hsts)))
        {
            headers.StrictTransportSecurity = _hsts;
        }
    }

    // The usual answer, whose headers tell its content and nothing else: counting them is cheaper than looking for each of ours.
    private static bool HasOnlyContent(IHeaderDictionary headers) => headers.Count switch
    {
        0 => true,
        1 => headers.ContentType.Count > 0,
        2 => headers.ContentType.Count > 0 && headers.ContentLength.HasValue,
        _ => false,
    };
}
