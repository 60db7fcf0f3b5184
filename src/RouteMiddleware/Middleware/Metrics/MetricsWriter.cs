using System.Buffers;
using System.Globalization;
using System.Text;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Prometheus' text format 0.0.4, or OpenMetrics 1.0, which differs in little.</summary>
internal sealed class MetricsWriter(bool isOpenMetrics)
{
    private const string Total = "_total";

    private readonly ArrayBufferWriter<byte> _bytes = new(16 * 1024);

    public void Write(MetricFamily family)
    {
        var isFirst = true;

        foreach (var (_, source) in family.Sources.OrderBy(static source => source.Key, StringComparer.Ordinal))
        {
            foreach (var series in source.Series)
            {
                if (isFirst)
                {
                    WriteHead(family);
                    isFirst = false;
                }

                if (series is HistogramSeries histogram)
                {
                    Write(family.Name, histogram, source.Boundaries);
                }
                else
                {
                    WriteLine(family.Name, series.Labels, Text(((ValueSeries)series).Value));
                }
            }
        }
    }

    public ReadOnlyMemory<byte> End()
    {
        if (isOpenMetrics)
        {
            Append("# EOF\n");
        }

        return _bytes.WrittenMemory;
    }

    private void WriteHead(MetricFamily family)
    {
        // OpenMetrics names a counter without what its samples end with.
        var name = isOpenMetrics && family.Kind == MetricKind.Counter ? family.Name[..^Total.Length] : family.Name;

        if (!string.IsNullOrEmpty(family.Help))
        {
            var help = family.Help.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n");
            Append($"# HELP {name} {(isOpenMetrics ? help.Replace("\"", "\\\"", StringComparison.Ordinal) : help)}\n");
        }

        Append($"# TYPE {name} {family.Kind switch { MetricKind.Counter => "counter", MetricKind.Histogram => "histogram", _ => "gauge" }}\n");
    }

    private void Write(string name, HistogramSeries series, double[] boundaries)
    {
        var separator = series.Labels.Length == 0 ? "" : ",";
        var count = 0L;

        for (var i = 0; i <= boundaries.Length; i++)
        {
            count += series.CountOf(i);
            var boundary = i < boundaries.Length ? BoundaryText(boundaries[i]) : "+Inf";
            WriteLine(name + "_bucket", $"{series.Labels}{separator}le=\"{boundary}\"", Text(count));
        }

        // Added up from what was just written, so that it agrees with the last bucket while requests go on.
        WriteLine(name + "_sum", series.Labels, Text(series.Sum));
        WriteLine(name + "_count", series.Labels, Text(count));
    }

    private void WriteLine(string name, string labels, string value)
        => Append(labels.Length == 0 ? $"{name} {value}\n" : $"{name}{{{labels}}} {value}\n");

    private void Append(string text) => Encoding.UTF8.GetBytes(text, _bytes);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value)
        => double.IsPositiveInfinity(value) ? "+Inf"
            : double.IsNegativeInfinity(value) ? "-Inf"
            : value.ToString("R", CultureInfo.InvariantCulture);

    // OpenMetrics wants a boundary to look like a floating-point number; the older format takes both.
    private string BoundaryText(double value)
    {
        var text = Text(value);
        return isOpenMetrics && text.All(char.IsAsciiDigit) ? text + ".0" : text;
    }
}
