using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// Looks into the metadata of endpoints at the start. <see cref="EndpointMetadataCollection.GetMetadata{T}"/> remembers what it was asked in each endpoint for good: right for what
/// requests ask, and some hundred bytes for each of ten thousand endpoints that are looked at once.
/// </summary>
internal static class MetadataLookup
{
    /// <summary>The last of its kind, as <see cref="EndpointMetadataCollection.GetMetadata{T}"/> finds it.</summary>
    public static T? FindOnce<T>(this EndpointMetadataCollection metadata)
        where T : class
    {
        for (var i = metadata.Count - 1; i >= 0; i--)
        {
            if (metadata[i] is T found)
            {
                return found;
            }
        }

        return null;
    }
}
