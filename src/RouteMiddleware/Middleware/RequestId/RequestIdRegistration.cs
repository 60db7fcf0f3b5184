using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.RequestId;

internal static class RequestIdRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.Services.TryAddSingleton(static _ => new RequestIdSource(RandomNumberGenerator.Create()));
        builder.AddMiddleware<RequestIdMiddleware, RequestIdOptions>("request_id", section: "RequestId");
    }
}
