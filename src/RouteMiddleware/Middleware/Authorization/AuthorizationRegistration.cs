namespace RouteMiddleware.Middleware.Authorization;

internal static class AuthorizationRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<AuthorizationMiddleware, AuthorizationOptions>("authorization", section: "Authorization");
}
