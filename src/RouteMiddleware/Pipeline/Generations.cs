using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// The state of the options for the whole application, switched by one write. A request keeps the state it began with, so that it never sees old and new options
/// side by side. As long as nothing was reloaded, that costs a comparison.
/// </summary>
internal sealed class Generations(Observation observation)
{
    private volatile Generation _current = Generation.First;

    public Generation Current => _current;

    public Observation Observation => observation;

    /// <summary>Whether requests take the chains as they were composed at the start.</summary>
    public bool IsPlain => IsFirst && !observation.IsOn;

    /// <summary>Held while something is composed for a later generation.</summary>
    public Lock Renewal { get; } = new();

    /// <summary>Whether nothing was reloaded yet.</summary>
    public bool IsFirst => ReferenceEquals(_current, Generation.First);

    /// <summary>Whether a chain of the global list marks requests before they come to an endpoint's chain.</summary>
    public bool HasGlobalHead { get; set; }

    /// <summary>Set for a while after the first reload: a request without a mark, behind the global list, came before the reload.</summary>
    public bool MayHoldFirst { get; set; }

    public void Switch(Generation next) => _current = next;

    /// <summary>Marks a request that comes to the global list.</summary>
    public Generation EnterGlobal(HttpContext context) => IsFirst ? Generation.First : context.Features.Get<Generation>() ?? Mark(context);

    /// <summary>Marks a request that comes to an endpoint's chain, unless the global list did.</summary>
    public Generation EnterRoute(HttpContext context)
        => IsFirst ? Generation.First : context.Features.Get<Generation>() ?? (MayHoldFirst && HasGlobalHead ? Generation.First : Mark(context));

    /// <summary>The state of a request that passed a chain: without a mark, it did so before the first reload.</summary>
    public Generation Of(HttpContext context) => IsFirst ? Generation.First : context.Features.Get<Generation>() ?? Generation.First;

    private Generation Mark(HttpContext context)
    {
        var current = _current;
        context.Features.Set(current);
        return current;
    }
}
