using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Tells in which form a middleware was written.</summary>
internal sealed class MiddlewareShapes(IServiceProviderIsService? container)
{
    public MiddlewareShape Of(MiddlewareRegistration registration)
    {
        if (registration.MiddlewareType is not { } type)
        {
            return registration switch
            {
                { Factory: not null } => MiddlewareShape.Instance,
                { Configure: not null } => MiddlewareShape.Branch,
                _ => MiddlewareShape.Function,
            };
        }

        if (HasRequestStage(type) || HasHandlerStage(type))
        {
            return container?.IsService(type) == true
                ? MiddlewareShape.Container
                : type.IsAbstract || type.ContainsGenericParameters ? MiddlewareShape.None : MiddlewareShape.Instance;
        }

        return IsConvention(type) ? MiddlewareShape.Convention : MiddlewareShape.None;
    }

    public static bool HasRequestStage(Type type) => type.IsAssignableTo(typeof(IMiddleware));

    public static bool HasHandlerStage(Type? type) => type is not null && (type.IsAssignableTo(typeof(IEndpointFilter)) || type.IsAssignableTo(typeof(IHandlerStageFactory)));

    /// <summary>Whether a plan serves the handler stage alone.</summary>
    public static bool IsFilterOnly(LinkPlan plan) => plan.Registration.RunningType is { } type && HasHandlerStage(type) && !HasRequestStage(type);

    public static bool IsConvention([DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] Type type)
        => !type.IsAbstract
            && !type.ContainsGenericParameters
            && Array.Exists(type.GetConstructors(), static constructor => Array.Exists(constructor.GetParameters(), static parameter => parameter.ParameterType == typeof(RequestDelegate)))
            && Array.Exists(type.GetMethods(BindingFlags.Instance | BindingFlags.Public), IsInvoke);

    private static bool IsInvoke(MethodInfo method)
        => method.Name is "Invoke" or "InvokeAsync"
            && method.ReturnType.IsAssignableTo(typeof(Task))
            && method.GetParameters() is [var first, ..]
            && first.ParameterType == typeof(HttpContext);
}
