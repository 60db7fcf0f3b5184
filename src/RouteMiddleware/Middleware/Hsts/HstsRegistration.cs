namespace RouteMiddleware.Middleware.Hsts;

internal static class HstsRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<HstsMiddleware, HstsOptions>("hsts", section: "Hsts");
}
