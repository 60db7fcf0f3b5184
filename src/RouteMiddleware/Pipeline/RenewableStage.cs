using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>The handler stage of a link whose options can change: always that of the instance whose request stage the request went through.</summary>
internal sealed class RenewableStage(Link original, EndpointFilterDelegate first, EndpointFilterFactoryContext context, EndpointFilterDelegate next, Generations generations)
{
    private Made? _latest;

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation)
        => generations.IsFirst ? first(invocation) : Of(generations.Of(invocation.HttpContext))(invocation);

    private EndpointFilterDelegate Of(Generation generation)
    {
        var link = generation.Of(original);

        if (ReferenceEquals(link, original))
        {
            return first;
        }

        if (Volatile.Read(ref _latest) is { } latest && ReferenceEquals(latest.Link, link))
        {
            return latest.Stage;
        }

        lock (generations.Renewal)
        {
            // The stage of an older generation is made for the requests that still need it, and the newest stays.
            var made = new Made(generation.Number, link, link.Around(context, next));

            if (_latest is null || _latest.Number <= made.Number)
            {
                Volatile.Write(ref _latest, made);
            }

            return made.Stage;
        }
    }

    private sealed record Made(int Number, Link Link, EndpointFilterDelegate Stage);
}
