namespace RouteMiddleware.Tests.Middleware.Metrics;

internal sealed record PrometheusSample(string Type, string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string? this[string label] => Labels.GetValueOrDefault(label);
}
