namespace RouteMiddleware.Middleware.RequestDecompression;

internal static class RequestDecompressionRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<RequestDecompressionMiddleware, RequestDecompressionOptions>("request_decompression", section: "RequestDecompression");
}
