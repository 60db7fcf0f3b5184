namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>An answer as it came over the wire.</summary>
internal sealed class CorsReply
{
    private readonly string[] _lines;

    public CorsReply(string answer)
    {
        Text = answer;
        _lines = answer.Split("\r\n\r\n", 2)[0].Split("\r\n");
        Status = int.Parse(_lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public string Text { get; }

    public int Status { get; }

    public string? AllowOrigin => this["Access-Control-Allow-Origin"];

    public string? Vary => this["Vary"];

    /// <summary>Which of the headers of CORS stand on the answer.</summary>
    public IEnumerable<string> Names => _lines.Where(static line => line.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)).Select(static line => line.Split(':')[0]);

    /// <summary>A header's value. One that stands twice fails the test.</summary>
    public string? this[string name] => _lines.Where(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase)).ToArray() switch
    {
        [] => null,
        [var line] => line[(name.Length + 1)..].Trim(),
        var several => throw new Xunit.Sdk.XunitException($"Doubled: {string.Join(" | ", several)}"),
    };
}
