namespace RouteMiddleware.Middleware.Performance;

internal static class PerformanceRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<PerformanceMiddleware, PerformanceOptions>("performance", section: "Performance");
}
