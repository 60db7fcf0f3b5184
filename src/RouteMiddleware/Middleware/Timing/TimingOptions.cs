using System.Buffers;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Timing;

/// <summary>In which headers and how the time is told.</summary>
public sealed class TimingOptions
{
    internal static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The header that tells the time in <see cref="Format"/>. Default: <c>X-Response-Time</c>.</summary>
    public string HeaderName { get; set; } = "X-Response-Time";

    /// <summary>
    /// How the time is written: <c>0</c>, a point with one to seven <c>0</c> for as many decimals, and the unit <c>s</c>, <c>ms</c> or <c>us</c>, which also
    /// sets the scale; none means a bare number of seconds. Default: <c>0.0000s</c>, which writes 234 ms as <c>0.2340s</c>.
    /// </summary>
    public string Format { get; set; } = "0.0000s";

    /// <summary>Whether <c>X-Process-Time</c> is sent as well, a bare number of seconds with six decimals. Default: <see langword="false"/>.</summary>
    public bool ProcessTime { get; set; }

    /// <summary>
    /// Whether <c>Server-Timing: app;dur=12.3</c> (milliseconds) is sent as well, which browsers show in their network view; values of the endpoint stay.
    /// Default: <see langword="false"/>.
    /// </summary>
    public bool ServerTiming { get; set; }

    /// <summary>
    /// Whether <c>Server-Timing</c> also tells what each middleware took by itself, without what it calls, as far as that is known when the headers go out:
    /// <c>auth;dur=0.12, rate_limit;dur=0.01, total;dur=12.30</c> (milliseconds; the first 32). Default: <see langword="false"/>. While it is on anywhere, every chain of the
    /// application is measured, and callers learn the names of its middleware.
    /// </summary>
    public bool ServerTimingDetails { get; set; }

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (string.IsNullOrEmpty(HeaderName) || HeaderName.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            faults.Add($"{nameof(HeaderName)} must be the name of a header (letters, digits and '-'), but is '{HeaderName}'.");
        }
        else if (string.Equals(HeaderName, TimingMiddleware.ServerTimingHeader, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"{nameof(HeaderName)} can't be '{HeaderName}', which has a form of its own: set {nameof(ServerTiming)} to true.");
        }
        else if (MessageHeaders.Contain(HeaderName))
        {
            faults.Add($"{nameof(HeaderName)} can't be '{HeaderName}', which tells of the message itself.");
        }
        else if (ProcessTime && string.Equals(HeaderName, TimingMiddleware.ProcessTimeHeader, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"{nameof(HeaderName)} can't be '{HeaderName}' while {nameof(ProcessTime)} is true: one of the two would be lost.");
        }

        if (DurationFormat.TryParse(Format) is null)
        {
            faults.Add($"{nameof(Format)} must be '0', decimals such as '.0000' (at most seven) and a unit ('s', 'ms', 'us' or none), but is '{Format}'.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TimingOptions), faults);
        }
    }
}
