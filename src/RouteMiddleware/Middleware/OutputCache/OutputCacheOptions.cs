using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.OutputCache;

/// <summary>Which answers are kept, and how long.</summary>
[ArgumentFormat(ShortDuration.Pattern, "30s")]
public sealed class OutputCacheOptions : IAcceptArgument
{
    /// <summary>How long an answer is kept. Default: 60 seconds; more than zero.</summary>
    [DurationRange("0s", MinimumIsExclusive = true)]
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Names by which <c>IOutputCacheStore.EvictByTagAsync</c> finds the answers. Default: none.</summary>
    public IList<string> Tags { get; set; } = [];

    /// <summary>Query keys of which each value has an answer of its own; <c>*</c> means all, none that the query does not count. Default: <c>*</c>.</summary>
    public IList<string> VaryByQuery { get; set; } = ["*"];

    /// <summary>Request headers of which each value has an answer of its own. Default: none.</summary>
    public IList<string> VaryByHeader { get; set; } = [];

    void IAcceptArgument.ApplyArgument(string argument) => Duration = ShortDuration.Parse(argument);

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (Duration <= TimeSpan.Zero)
        {
            faults.Add($"{nameof(Duration)} must be more than zero, but is {Duration}.");
        }

        CheckEntries(nameof(Tags), Tags, faults);
        CheckEntries(nameof(VaryByQuery), VaryByQuery, faults);
        CheckEntries(nameof(VaryByHeader), VaryByHeader, faults);

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(OutputCacheOptions), faults);
        }
    }

    private static void CheckEntries(string name, IList<string> entries, List<string> faults)
    {
        if (entries.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add($"{name} has an empty entry; take it out.");
        }
    }
}
