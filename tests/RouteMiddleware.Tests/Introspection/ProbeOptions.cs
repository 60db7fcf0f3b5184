using System.Globalization;

namespace RouteMiddleware.Tests.Introspection;

public sealed class ProbeOptions : IAcceptArgument
{
    public int Limit { get; set; } = 100;

    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    public string? Text { get; set; }

    public bool On { get; set; }

    public DayOfWeek Day { get; set; }

    public IList<string> Names { get; set; } = ["a"];

    public IDictionary<string, string?> Headers { get; set; } = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["X-One"] = "1" };

    public Func<string>? Code { get; set; }

    public string? Password { get; set; }

    public IList<string> SecretFallbacks { get; set; } = [];

    [Secret]
    public string? Salt { get; set; }

    public byte[]? Seed { get; set; }

    public bool TokenRequired { get; set; }

    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    public void ApplyArgument(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);

        if (argument.StartsWith("password=", StringComparison.Ordinal))
        {
            Password = argument["password=".Length..];
            return;
        }

        Limit = int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : throw new FormatException($"'{argument}' is no limit.");
    }
}
