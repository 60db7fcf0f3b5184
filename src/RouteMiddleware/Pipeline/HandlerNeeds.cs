using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Checks that whatever a handler takes, and its metadata need, is provided by its chain: a type marked <c>[Requires("session")]</c> needs that middleware.</summary>
internal sealed class HandlerNeeds(MiddlewareCatalog catalog, GlobalChain global)
{
    // Thousands of endpoints carry metadata and take parameters of a few classes.
    private readonly Dictionary<Type, string[]> _needs = [];

    public void Check(Endpoint endpoint)
    {
        CheckMetadata(endpoint);
        CheckParameters(endpoint);
    }

    private void CheckMetadata(Endpoint endpoint)
    {
        foreach (var item in endpoint.Metadata)
        {
            foreach (var alias in NeedsOf(item.GetType()))
            {
                if (!Runs(endpoint, alias))
                {
                    catalog.Faults.Add(RouteName.Of(endpoint), $"'{item}' needs '{alias}', which is not in the chain.", AdviceOn(alias));
                }
            }
        }
    }

    private string[] NeedsOf(Type type)
    {
        if (!_needs.TryGetValue(type, out var aliases))
        {
            _needs[type] = aliases = [.. type.GetCustomAttributes<RequiresAttribute>(inherit: true).Select(static needed => needed.Alias)];
        }

        return aliases;
    }

    private void CheckParameters(Endpoint endpoint)
    {
        if ((endpoint.Metadata.FindOnce<MethodInfo>() ?? endpoint.Metadata.FindOnce<ControllerActionDescriptor>()?.MethodInfo) is not { } handler)
        {
            return;
        }

        foreach (var parameter in handler.GetParameters().SelectMany(Flatten))
        {
            // An optional one needs the middleware as well: nothing else could ever fill it.
            var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;

            foreach (var alias in NeedsOf(type))
            {
                if (!Runs(endpoint, alias))
                {
                    catalog.Faults.Add(RouteName.Of(endpoint), $"The handler takes {type.Name} '{parameter.Name}', but '{alias}' is not in its chain.", AdviceOn(alias));
                }
            }
        }
    }

    private static string AdviceOn(string alias)
        => $"Add .WithMiddleware(\"{alias}\") to the route or one of its groups, or \"{alias}\" to RouteMiddleware:Middleware.";

    private bool Runs(Endpoint endpoint, string alias)
        => global.RunningOn(endpoint).Concat(endpoint.Metadata.FindOnce<EndpointChain>()?.Links ?? []).Any(plan => AliasComparer.Instance.Equals(plan.Name, alias));

    // A parameter object carries the real parameters in its constructor, or in its properties' place.
    private static IEnumerable<ParameterInfo> Flatten(ParameterInfo parameter)
        => parameter.IsDefined(typeof(AsParametersAttribute), inherit: false) ? MembersOf(parameter.ParameterType) : [parameter];

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "ASP.NET Core itself keeps the members of types used with [AsParameters].")]
    private static IEnumerable<ParameterInfo> MembersOf(Type type)
        => type.GetConstructors().SelectMany(static constructor => constructor.GetParameters())
            .Concat(type.GetProperties().Select(static property => property.SetMethod?.GetParameters().FirstOrDefault()).OfType<ParameterInfo>())
            .DistinctBy(static parameter => parameter.ParameterType);
}
