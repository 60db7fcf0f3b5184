using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>What <c>MapMetrics</c> tells, besides the meter <c>RouteMiddleware</c>. Read when the application starts; a later change of the settings counts after a restart.</summary>
public sealed class MetricsOptions
{
    private const int MostSeries = 100_000;

    /// <summary>Names of further meters, such as <c>Microsoft.AspNetCore.Hosting</c> or <c>System.Runtime</c>. Default: none.</summary>
    public IList<string> Meters { get; set; } = [];

    /// <summary>How many combinations of labels one metric may have; further ones are told together under the label <c>otel_metric_overflow</c>. Default: 2000; from 1 to 100000.</summary>
    [Range(1, MostSeries)]
    public int MaxSeries { get; set; } = 2_000;

    /// <summary>
    /// Whether the time of each middleware is told (<c>routemiddleware.middleware.duration</c>). Measuring it is what costs most: about a microsecond for each middleware of a request.
    /// Default: <see langword="true"/>.
    /// </summary>
    public bool MiddlewareDurations { get; set; } = true;

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        for (var i = 0; i < Meters.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Meters[i]))
            {
                faults.Add($"{nameof(Meters)}[{i}] must be the name of a meter, but is empty.");
            }
        }

        if (MaxSeries is < 1 or > MostSeries)
        {
            faults.Add($"{nameof(MaxSeries)} ({MaxSeries}) must be from 1 to {MostSeries}.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(MetricsOptions), faults);
        }
    }
}
