using System.Globalization;

namespace RouteMiddleware.Pipeline;

/// <summary>A status as the reason of a refusal that gave no code.</summary>
internal static class StatusReason
{
    private const int First = 400;

    private static readonly string[] Known = [.. Enumerable.Range(First, 200).Select(static status => status.ToString(CultureInfo.InvariantCulture))];

    public static string Of(int status) => status - First < Known.Length ? Known[status - First] : "(other)";
}
