using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Which errors are counted, when they raise an alert, and where it goes.</summary>
public sealed class ErrorMonitoringOptions
{
    private const int HighestThreshold = 10_000;
    private const int MostEntries = 100_000;
    private const int MostAttempts = 20;
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    /// <summary>How many errors of one status on one route raise an alert. Default: 10; from 1 to 10000.</summary>
    [Range(1, HighestThreshold)]
    public int AlertThreshold { get; set; } = 10;

    /// <summary>The time in which errors are counted together. Default: 300 seconds; from one second to one day.</summary>
    [DurationRange("1s", "1d")]
    public TimeSpan AlertWindow { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>How long after an alert the same route and status raise no other; errors meanwhile are told as suppressed by the next. Default: <see langword="null"/>, as long as <see cref="AlertWindow"/>; at most one day.</summary>
    [DurationRange("0s", "1d")]
    public TimeSpan? Cooldown { get; set; }

    /// <summary>
    /// The statuses that are errors: single codes (<c>503</c>) and ranges (<c>500-599</c>), from 100 to 599. 429 counts only where it is named by itself. Exceptions count as 500.
    /// Default: <c>500-599</c>.
    /// </summary>
    public IList<string> Statuses { get; set; } = ["500-599"];

    /// <summary>How many pairs of status and route are counted apart; further ones are counted together. Default: 1000; from 1 to 100000.</summary>
    [Range(1, MostEntries)]
    public int MaxEntries { get; set; } = 1_000;

    /// <summary>Where alerts are posted as JSON: an https address, or http on the loopback interface. It may hold a secret: it is not logged. Default: <see langword="null"/>, nowhere.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>Whether <see cref="WebhookUrl"/> may be an http address of another host. Default: <see langword="false"/>.</summary>
    public bool AllowInsecureWebhook { get; set; }

    /// <summary>How long one attempt to post may take. Default: 5 seconds; above zero, at most one minute.</summary>
    [DurationRange("0s", "1m", MinimumIsExclusive = true)]
    public TimeSpan WebhookTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often posting is tried before the alert is given up; between attempts are 1, 2, 4 … at most 30 seconds. Default: 5; from 1 to 20.</summary>
    [Range(1, MostAttempts)]
    public int WebhookAttempts { get; set; } = 5;

    /// <summary>Checks every value.</summary>
    /// <returns>The statuses, and where to post.</returns>
    /// <exception cref="OptionsValidationException">Some value is out of its range; all of them are named.</exception>
    internal (StatusSet Statuses, WebhookTarget? Webhook) Check()
    {
        List<string> faults = [];

        CheckRange(nameof(AlertThreshold), AlertThreshold, HighestThreshold, faults);

        if (AlertWindow < TimeSpan.FromSeconds(1) || AlertWindow > LongestWindow)
        {
            faults.Add($"{nameof(AlertWindow)} ({AlertWindow}) must be from one second to {LongestWindow.Days} day.");
        }

        if (Cooldown is { } cooldown && (cooldown < TimeSpan.Zero || cooldown > LongestWindow))
        {
            faults.Add($"{nameof(Cooldown)} ({cooldown}) must be from zero to {LongestWindow.Days} day.");
        }

        var statuses = StatusSet.Parse(nameof(Statuses), Statuses, faults);
        CheckRange(nameof(MaxEntries), MaxEntries, MostEntries, faults);
        var address = ParseAddress(faults);

        if (WebhookTimeout <= TimeSpan.Zero || WebhookTimeout > LongestTimeout)
        {
            faults.Add($"{nameof(WebhookTimeout)} ({WebhookTimeout}) must be above zero and at most {LongestTimeout.TotalMinutes} minute.");
        }

        CheckRange(nameof(WebhookAttempts), WebhookAttempts, MostAttempts, faults);

        return faults.Count > 0
            ? throw new OptionsValidationException(Options.DefaultName, typeof(ErrorMonitoringOptions), faults)
            : (statuses, address is null ? null : new WebhookTarget(address, WebhookTimeout, WebhookAttempts));
    }

    private static void CheckRange(string property, int value, int highest, List<string> faults)
    {
        if (value < 1 || value > highest)
        {
            faults.Add($"{property} ({value}) must be from 1 to {highest}.");
        }
    }

    // The value stays out of the faults: it may be the secret itself.
    private Uri? ParseAddress(List<string> faults)
    {
        if (string.IsNullOrEmpty(WebhookUrl))
        {
            return null;
        }

        if (!Uri.TryCreate(WebhookUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            faults.Add($"{nameof(WebhookUrl)} must be an absolute https address without user and password; its value is not shown, for it may hold a secret.");
            return null;
        }

        if (address.Scheme == "http" && !address.IsLoopback && !AllowInsecureWebhook)
        {
            faults.Add($"{nameof(WebhookUrl)} must be an https address (its host is '{address.IdnHost}'), for alerts and the secret in it could be read on the way; {nameof(AllowInsecureWebhook)} allows http.");
        }

        return address;
    }
}
