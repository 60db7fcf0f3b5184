using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.RequestTimeout;

/// <summary>How long a request may take.</summary>
[ArgumentFormat(ShortDuration.Pattern, "5s")]
public sealed class RequestTimeoutOptions : IAcceptArgument
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(24);

    /// <summary>The time after which the request is given up. Default: 30 seconds; from one millisecond to 24 days.</summary>
    [DurationRange("1ms", "24d")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The status of the answer. Default: 504; 400 to 599.</summary>
    [Range(400, 599)]
    public int StatusCode { get; set; } = StatusCodes.Status504GatewayTimeout;

    void IAcceptArgument.ApplyArgument(string argument) => Timeout = ShortDuration.Parse(argument);

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (Timeout < TimeSpan.FromMilliseconds(1) || Timeout > MaxTimeout)
        {
            faults.Add($"{nameof(Timeout)} must be from one millisecond to 24 days, but is {Timeout}.");
        }

        if (StatusCode is < StatusCodes.Status400BadRequest or > 599)
        {
            faults.Add($"{nameof(StatusCode)} must be 400 to 599, but is {StatusCode}.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(RequestTimeoutOptions), faults);
        }
    }
}
