namespace RouteMiddleware.Middleware.HttpLogging;

internal static class HttpLoggingRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<HttpLoggingMiddleware, HttpLoggingOptions>("http_logging", section: "HttpLogging");
}
