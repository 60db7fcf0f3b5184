using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Contrib.OpenApi;

/// <summary>Finds the endpoint behind an operation: its description has the metadata, and a controller's not even all of it.</summary>
internal sealed class DescribedEndpoints
{
    private volatile Known? _known;

    /// <summary>The endpoint of an operation; one of its metadata alone where the application has none.</summary>
    public Endpoint Find(ApiDescription description, IServiceProvider services)
    {
        var action = description.ActionDescriptor;
        var candidates = services.GetService<EndpointDataSource>()?.Endpoints is { } endpoints ? In(endpoints, KeyOf(action)) : [];

        // Endpoints that share their methods' metadata differ in the rest.
        return candidates.Count == 1 ? candidates[0]
            : candidates.FirstOrDefault(candidate => candidate.Metadata.SequenceEqual(action.EndpointMetadata, ReferenceEqualityComparer.Instance))
                ?? new Endpoint(requestDelegate: null, new EndpointMetadataCollection(action.EndpointMetadata), action.DisplayName);
    }

    private static object? KeyOf(ActionDescriptor action)
        => action.GetType() == typeof(ActionDescriptor) ? action.EndpointMetadata.OfType<IHttpMethodMetadata>().LastOrDefault() : action;

    private static object? KeyOf(Endpoint endpoint)
        => (object?)endpoint.Metadata.GetMetadata<ActionDescriptor>() ?? endpoint.Metadata.GetMetadata<IHttpMethodMetadata>();

    private IReadOnlyList<Endpoint> In(IReadOnlyList<Endpoint> endpoints, object? key)
    {
        if (key is null)
        {
            return [];
        }

        if (_known is not { } known || !ReferenceEquals(known.Endpoints, endpoints))
        {
            _known = known = new(endpoints, endpoints.Where(static endpoint => KeyOf(endpoint) is not null).ToLookup(static endpoint => KeyOf(endpoint)!, ReferenceEqualityComparer.Instance));
        }

        return [.. known.ByKey[key]];
    }

    private sealed record Known(IReadOnlyList<Endpoint> Endpoints, ILookup<object, Endpoint> ByKey);
}
