using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Finds the mapping of an exception: the endpoint's own, then its groups' from the inside out, then those of the application.</summary>
internal sealed class ErrorMap(IEnumerable<ErrorMapping> general)
{
    private readonly ErrorMapping[] _general = [.. general];

    public ErrorMapping? Find(Endpoint? endpoint, Exception exception)
    {
        var own = endpoint?.Metadata.GetOrderedMetadata<ErrorMapping>() ?? [];
        var end = own.Count;

        // Metadata stand in the order of the places, outer groups first.
        while (end > 0)
        {
            var start = end - 1;

            while (start > 0 && ReferenceEquals(own[start - 1].Place, own[start].Place))
            {
                start--;
            }

            if (Nearest(own.Skip(start).Take(end - start), exception) is { } mapping)
            {
                return mapping;
            }

            end = start;
        }

        return Nearest(_general, exception);
    }

    // Those that fit are base classes of one another: the one that derives from all others is the nearest. Of two calls for the same class the later counts.
    private static ErrorMapping? Nearest(IEnumerable<ErrorMapping> mappings, Exception exception)
    {
        ErrorMapping? nearest = null;

        foreach (var mapping in mappings)
        {
            if (Fits(mapping, exception) && (nearest is null || nearest.ExceptionType.IsAssignableFrom(mapping.ExceptionType)))
            {
                nearest = mapping;
            }
        }

        return nearest;
    }

    // What the caller sent wrongly stays the caller's fault, whatever is mapped for exceptions at large: only a mapping for that very kind answers it.
    private static bool Fits(ErrorMapping mapping, Exception exception)
        => mapping.ExceptionType.IsInstanceOfType(exception)
            && (exception is not BadHttpRequestException || typeof(BadHttpRequestException).IsAssignableFrom(mapping.ExceptionType));
}
