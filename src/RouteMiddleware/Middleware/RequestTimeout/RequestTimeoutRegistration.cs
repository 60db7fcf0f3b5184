namespace RouteMiddleware.Middleware.RequestTimeout;

internal static class RequestTimeoutRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<RequestTimeoutMiddleware, RequestTimeoutOptions>("request_timeout", section: "RequestTimeout");
}
