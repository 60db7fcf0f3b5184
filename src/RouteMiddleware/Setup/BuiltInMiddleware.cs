namespace RouteMiddleware.Setup;

/// <summary>The table of built-in middleware: a line each.</summary>
internal static class BuiltInMiddleware
{
    public static void AddTo(RouteMiddlewareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
    }
}
