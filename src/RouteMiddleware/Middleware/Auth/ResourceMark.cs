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

    /// <summary>The mark for an endpoint under construction.</summary>
    /// <exception cref="OptionsValidationException">The endpoint's handler has no such parameter, or there is no handler.</exception>
    public static ResourceMark For(EndpointBuilder endpointBuilder, string resource)
    {
        string?[] parameters =
        [
            .. endpointBuilder.Metadata.OfType<MethodInfo>().SelectMany(static method => method.GetParameters()).Select(static parameter => parameter.Name),
            .. endpointBuilder.Metadata.OfType<ActionDescriptor>().SelectMany(static action => action.Parameters).Select(static parameter => parameter.Name),
        ];

        return parameters.Contains(resource, StringComparer.Ordinal) ? new ResourceMark(resource) : throw NotFound(resource, parameters);
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
