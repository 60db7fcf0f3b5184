namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Tells that a route fails more often than it may. Nothing in it was chosen by a caller: no path, no query, no message of an exception.</summary>
public sealed record Alert
{
    /// <summary>The status that was answered, or that stands for an exception: 500.</summary>
    public required int Status { get; init; }

    /// <summary>The route's template; <c>(none)</c> where no route matched, <c>(other)</c> for those beyond <see cref="ErrorMonitoringOptions.MaxEntries"/>.</summary>
    public required string Route { get; init; }

    /// <summary>How many errors there were within <see cref="Window"/>: the threshold.</summary>
    public required int Count { get; init; }

    /// <summary>The time in which they are counted.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>The first of these errors.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>The last of these errors.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Errors since the alert before this one that were not told, because that one was still young.</summary>
    public required long Suppressed { get; init; }

    /// <summary>The type of the last exception; <see langword="null"/> where the last error was an answer.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The application's name.</summary>
    public required string Application { get; init; }
}
