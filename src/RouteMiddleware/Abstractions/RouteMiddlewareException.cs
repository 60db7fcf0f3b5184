using System.Globalization;
using System.Text;

namespace RouteMiddleware;

/// <summary>What was declared can't run. Thrown while the application starts, before its port opens, with every fault that was found.</summary>
public sealed class RouteMiddlewareException : Exception
{
    /// <summary>Makes the exception from the faults.</summary>
    /// <param name="faults">All faults; at least one.</param>
    public RouteMiddlewareException(IReadOnlyList<RouteMiddlewareFault> faults)
        : base(Describe(faults))
        => Faults = faults;

    /// <summary>Makes the exception from one fault.</summary>
    /// <param name="fault">The fault.</param>
    public RouteMiddlewareException(RouteMiddlewareFault fault)
        : this([fault])
    {
    }

    /// <summary>All faults that were found.</summary>
    public IReadOnlyList<RouteMiddlewareFault> Faults { get; }

    private static string Describe(IReadOnlyList<RouteMiddlewareFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);

        if (faults.Count == 0)
        {
            throw new ArgumentException("An exception without a fault says nothing.", nameof(faults));
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"The middleware of this application can't run as declared: {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}.");

        for (var i = 0; i < faults.Count; i++)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {i + 1}. {faults[i]}");
        }

        return text.ToString();
    }
}
