using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Checks that whatever a handler takes is provided by its chain: a type marked <c>[Requires("session")]</c> needs that middleware.</summary>
internal static class HandlerNeeds
{
    public static void Check(Endpoint endpoint, MiddlewareCatalog catalog)
    {
        if ((endpoint.Metadata.GetMetadata<MethodInfo>() ?? endpoint.Metadata.GetMetadata<ControllerActionDescriptor>()?.MethodInfo) is not { } handler)
        {
            return;
        }

        foreach (var parameter in handler.GetParameters().SelectMany(Flatten))
        {
            // An optional one needs the middleware as well: nothing else could ever fill it.
            var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;

            foreach (var needed in type.GetCustomAttributes<RequiresAttribute>(inherit: true))
            {
                if (!Runs(endpoint, catalog, needed.Alias))
                {
                    catalog.Faults.Add(
                        RouteName.Of(endpoint),
                        $"The handler takes {type.Name} '{parameter.Name}', but '{needed.Alias}' is not in its chain.",
                        $"Add .WithMiddleware(\"{needed.Alias}\") to the route or one of its groups, or \"{needed.Alias}\" to RouteMiddleware:Middleware.");
                }
            }
        }
    }

    private static bool Runs(Endpoint endpoint, MiddlewareCatalog catalog, string alias)
    {
        var chain = endpoint.Metadata.GetMetadata<EndpointChain>();

        return chain?.Links.Any(link => AliasComparer.Instance.Equals(link.Name, alias)) == true
            || catalog.Global.Where((plan, index) => plan.Inactive is null && chain?.IsWithoutGlobal(index) != true).Any(plan => AliasComparer.Instance.Equals(plan.Name, alias));
    }

    // A parameter object carries the real parameters in its constructor, or in its properties' place.
    private static IEnumerable<ParameterInfo> Flatten(ParameterInfo parameter)
        => parameter.IsDefined(typeof(AsParametersAttribute), inherit: false) ? MembersOf(parameter.ParameterType) : [parameter];

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "ASP.NET Core itself keeps the members of types used with [AsParameters].")]
    private static IEnumerable<ParameterInfo> MembersOf(Type type)
        => type.GetConstructors().SelectMany(static constructor => constructor.GetParameters())
            .Concat(type.GetProperties().Select(static property => property.SetMethod?.GetParameters().FirstOrDefault()).OfType<ParameterInfo>())
            .DistinctBy(static parameter => parameter.ParameterType);
}
