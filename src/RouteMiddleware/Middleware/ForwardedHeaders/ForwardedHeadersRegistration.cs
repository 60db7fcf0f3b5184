namespace RouteMiddleware.Middleware.ForwardedHeaders;

internal static class ForwardedHeadersRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<ForwardedHeadersMiddleware, ForwardedHeadersOptions>("forwarded_headers", section: "ForwardedHeaders");
}
