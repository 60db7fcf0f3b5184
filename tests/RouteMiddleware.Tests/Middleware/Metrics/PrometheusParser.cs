using System.Diagnostics;
using System.Text.Json;

namespace RouteMiddleware.Tests.Middleware.Metrics;

/// <summary>Prometheus' own parsers, those of its client for Python (Debian's python3-prometheus-client).</summary>
internal static class PrometheusParser
{
    // The system's own: its packages are not those of another Python that comes first in the path.
    private static readonly string Python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private const string Script = """
        import json, sys
        kind = sys.argv[1]
        if kind == 'openmetrics':
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
        else:
            from prometheus_client.parser import text_string_to_metric_families as parse
        text = sys.stdin.buffer.read().decode('utf-8')
        print(json.dumps([[family.type, sample.name, dict(sample.labels), str(sample.value)] for family in parse(text) for sample in family.samples]))
        """;

    public static async Task<IReadOnlyList<PrometheusSample>> ParseAsync(string text, bool isOpenMetrics = false)
    {
        using var python = Process.Start(new ProcessStartInfo(Python, ["-c", Script, isOpenMetrics ? "openmetrics" : "plain"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        var output = python.StandardOutput.ReadToEndAsync();
        var error = python.StandardError.ReadToEndAsync();
        await python.StandardInput.WriteAsync(text);
        python.StandardInput.Close();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, $"{await error}\n{text}");

        using var json = JsonDocument.Parse(await output);
        return
        [
            .. json.RootElement.EnumerateArray().Select(static sample => new PrometheusSample(
                sample[0].GetString()!,
                sample[1].GetString()!,
                sample[2].EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!, StringComparer.Ordinal),
                double.Parse(sample[3].GetString()!.Replace("inf", "Infinity", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture))),
        ];
    }
}
