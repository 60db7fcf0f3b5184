namespace RouteMiddleware.Middleware.SecurityHeaders;

internal static class SecurityHeadersRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<SecurityHeadersMiddleware, SecurityHeadersOptions>("security_headers", section: "SecurityHeaders");
}
