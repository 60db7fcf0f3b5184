using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Names the middleware for lists and calls.</summary>
internal static class CommonRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<CommonMiddleware, CommonOptions>("common", section: "Common");
        builder.Services.TryAddSingleton<ErrorLog>();
        builder.Services.TryAddSingleton<ErrorMap>();
        builder.Services.TryAddSingleton<ErrorMetrics>();
        builder.Services.TryAddSingleton<ErrorReporter>();
        builder.Services.TryAddSingleton<SecretTexts>();
        builder.Services.TryAddSingleton<UnobservedErrors>();
    }
}
