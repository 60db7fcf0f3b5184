namespace RouteMiddleware.Middleware.HttpsRedirection;

internal static class HttpsRedirectionRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
        => builder.AddMiddleware<HttpsRedirectionMiddleware, HttpsRedirectionOptions>("https_redirection", section: "HttpsRedirection");
}
