namespace RouteMiddleware.Middleware.StaticFiles;

internal static class StaticFilesRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<StaticFilesMiddleware, StaticFilesOptions>("static_files", section: "StaticFiles");
}
