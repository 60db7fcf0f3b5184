namespace RouteMiddleware.Middleware.Logging;

internal static class LoggingRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<LoggingMiddleware, LoggingOptions>("logging", section: "Logging");
}
