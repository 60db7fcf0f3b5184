namespace RouteMiddleware.Middleware.Antiforgery;

internal static class AntiforgeryRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<AntiforgeryMiddleware, AntiforgeryOptions>("antiforgery", section: "Antiforgery");
}
