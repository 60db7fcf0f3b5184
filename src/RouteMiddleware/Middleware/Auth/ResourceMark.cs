using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Endpoint metadata: the endpoint's handler has the parameter that is to be authorized. Without the mark nobody would ask the policy, so the request stage refuses.</summary>
internal sealed class ResourceMark
{
    private readonly string _resource;

    private ResourceMark(string resource) => _resource = resource;

    /// <summary>
    /// The mark for an endpoint under construction; <see langword="null"/> where its handler has no such parameter, which is told when the handler stage is made.
    /// </summary>
    /// <exception cref="OptionsValidationException">There is no handler, and so no handler stage that could tell it.</exception>
    public static ResourceMark? For(EndpointBuilder endpointBuilder, string resource)
    {
        var methods = endpointBuilder.Metadata.OfType<MethodInfo>().Select(static method => method.GetParameters().Select(static parameter => parameter.Name));
        var actions = endpointBuilder.Metadata.OfType<ActionDescriptor>().Select(static action => action.Parameters.Select(static parameter => (string?)parameter.Name));
        var handlers = methods.Concat(actions).ToArray();

        return handlers.Length == 0 ? throw NotFound(resource, [])
            : Array.Exists(handlers, parameters => parameters.Contains(resource, StringComparer.Ordinal)) ? new ResourceMark(resource)
            : null;
    }

    public static bool IsOn(Endpoint? endpoint, string resource)
        => endpoint is not null
            && endpoint.Metadata.GetOrderedMetadata<ResourceMark>().Any(mark => string.Equals(mark._resource, resource, StringComparison.Ordinal));

    public static OptionsValidationException NotFound(string resource, IEnumerable<string?> parameters)
    {
        var names = string.Join(", ", parameters);
        var found = names.Length == 0 ? "the endpoint's handler has no parameters" : $"the endpoint's handler has only: {names}";
        return new OptionsValidationException(Options.DefaultName, typeof(AuthOptions), [$"{nameof(AuthOptions.Resource)} is '{resource}', but {found}."]);
    }
}
