using System.Text;

namespace RouteMiddleware.Middleware.Timing;

/// <summary>Writes the time of each middleware as metrics of <c>Server-Timing</c>.</summary>
internal static class ServerTimingDetails
{
    // Headers are for people to read, and for servers in between to have room for.
    public const int MaxMetrics = 32;

    private const int MaxNameLength = 64;

    public static string Write(IReadOnlyList<MiddlewareTime> times, long total, long frequency)
    {
        var text = new StringBuilder();

        for (var i = 0; i < Math.Min(times.Count, MaxMetrics); i++)
        {
            AppendName(text, times[i].Name);
            text.Append(";dur=").Append(DurationFormat.ServerTimingDetail.Write(Math.Max(0, times[i].Ticks), frequency)).Append(", ");
        }

        return text.Append("total;dur=").Append(DurationFormat.ServerTimingDetail.Write(total, frequency)).ToString();
    }

    // A metric's name is a token (RFC 9110). Names of classes and of delegates may hold more than that.
    private static void AppendName(StringBuilder text, string name)
    {
        foreach (var letter in name.AsSpan(0, Math.Min(name.Length, MaxNameLength)))
        {
            text.Append(TimingOptions.TokenLetters.Contains(letter) ? letter : '_');
        }
    }
}
