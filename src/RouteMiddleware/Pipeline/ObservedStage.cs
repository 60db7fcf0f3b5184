using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>A handler stage that is measured while somebody listens; the measured one is made when that happens for the first time.</summary>
internal sealed class ObservedStage(EndpointFilterDelegate plain, Func<EndpointFilterDelegate> observed, Observation observation)
{
    private EndpointFilterDelegate? _observed;

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation)
        => observation.IsOn ? (_observed ??= observed())(invocation) : plain(invocation);
}
