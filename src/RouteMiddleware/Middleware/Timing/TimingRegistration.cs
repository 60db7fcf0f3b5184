namespace RouteMiddleware.Middleware.Timing;

internal static class TimingRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<TimingMiddleware, TimingOptions>("timing", section: "Timing");
}
