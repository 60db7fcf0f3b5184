using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>How many requests are let pass, in which time, and who is counted together.</summary>
[ArgumentFormat(@"\d+\s*/\s*([mM][sS]|[sSmMhHdD]|" + ShortDuration.Pattern + ")", "100/1m")]
public sealed class RateLimitOptions : IAcceptArgument, IPlacedOptions
{
    internal const string MemoryStore = "memory";

    private const int MaxNameLength = 64;
    private const int MaxQueue = 10_000;

    private static readonly TimeSpan MaxWindow = TimeSpan.FromDays(366);

    /// <summary>Permits in one <see cref="Window"/>; with <see cref="RateLimitAlgorithm.Concurrency"/>, at any moment. Default: 100; at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int PermitLimit { get; set; } = 100;

    /// <summary>The time in which <see cref="PermitLimit"/> holds. Default: one minute; from one millisecond to 366 days.</summary>
    [DurationRange("1ms", "366d")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How permits are counted. Default: <see cref="RateLimitAlgorithm.Sliding"/>.</summary>
    public RateLimitAlgorithm Algorithm { get; set; }

    /// <summary>
    /// Who is counted together: <c>ip</c>, <c>user</c> (the verified identity; else the address), <c>tenant</c> (the checked one, <see cref="ITenantFeature"/>; else the
    /// address), <c>header:&lt;name&gt;</c> (its value; else the address), <c>route</c> (method and template), <c>global</c> (everybody), or several joined by <c>+</c>:
    /// <c>tenant+user</c>. Default: <c>ip</c>.
    /// </summary>
    public string PartitionBy { get; set; } = "ip";

    /// <summary>How many callers are counted apart at the same time; those beyond share one limit until others have been silent for a window. Default: 100000; at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPartitions { get; set; } = 100_000;

    /// <summary>
    /// How many requests of one caller wait for permits, first come first served, instead of being refused. Default: 0, none; at most 10000. Those beyond are refused, and so are
    /// callers beyond <see cref="MaxPartitions"/>.
    /// </summary>
    [Range(0, MaxQueue)]
    public int QueueLimit { get; set; }

    /// <summary>Permits that one request takes. Default: 1; from 1 to <see cref="PermitLimit"/>.</summary>
    [Range(1, int.MaxValue)]
    public int Cost { get; set; } = 1;

    /// <summary>Which requests count. Default: <see cref="RateLimitCount.All"/>, the only one that <see cref="RateLimitAlgorithm.Concurrency"/> knows.</summary>
    public RateLimitCount Count { get; set; }

    /// <summary>The headers that tell callers of their limit. Default: <see cref="RateLimitHeaders.Both"/>.</summary>
    public RateLimitHeaders Headers { get; set; }

    /// <summary>
    /// Where permits are counted. Default: <c>memory</c>: each instance of the application counts for itself. <c>redis</c>, which <c>AddRedis()</c> of
    /// RouteMiddleware.Contrib.Redis brings, counts for all instances together.
    /// </summary>
    public string Store { get; set; } = MemoryStore;

    /// <summary>
    /// Under which name a shared <see cref="Store"/> counts: limits of one name, also in several applications, count together where <see cref="Algorithm"/>, <see cref="Window"/>,
    /// <see cref="PartitionBy"/> and <see cref="Count"/> are alike. Default: <see langword="null"/>, a name made of the application's and of the first endpoint that the limit
    /// stands on, so that no two limits share. Up to 64 letters, digits, <c>_</c>, <c>-</c> and <c>.</c>. Without a meaning for <c>memory</c>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// What happens while the <see cref="Store"/> does not answer. Default: <see cref="RateLimitStoreFailure.Local"/>. Without a meaning for <c>memory</c>, which always answers.
    /// </summary>
    public RateLimitStoreFailure OnStoreFailure { get; set; }

    /// <summary>How long an answer of the <see cref="Store"/> is waited for. Default: 50 milliseconds; from one millisecond to one minute. Without a meaning for <c>memory</c>.</summary>
    [DurationRange("1ms", "1m")]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(50);

    AttachmentPlace? IPlacedOptions.Place { get; set; }

    internal AttachmentPlace? Place => ((IPlacedOptions)this).Place;

    void IAcceptArgument.ApplyArgument(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);

        var slash = argument.IndexOf('/', StringComparison.Ordinal);
        var window = slash < 0 ? string.Empty : argument[(slash + 1)..].Trim();

        // '10/s' means '10/1s'.
        window = window.Length > 0 && char.IsAsciiLetter(window[0]) ? "1" + window : window;

        if (slash < 0
            || !int.TryParse(argument.AsSpan(0, slash).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            || !ShortDuration.TryParse(window, out var time))
        {
            throw new FormatException($"'{argument}' is no limit: write permits, a slash and a time span, such as 100/1m, 100/30s or 10/s.");
        }

        (PermitLimit, Window) = (limit, time);
    }

    internal PartitionKeyReader Check() => Check(stores: null, out _);

    /// <summary>Checks every value.</summary>
    /// <param name="stores">The stores that the application registered.</param>
    /// <param name="store">The store; <see langword="null"/> where each instance counts for itself.</param>
    /// <returns>What <see cref="PartitionBy"/> means.</returns>
    /// <exception cref="OptionsValidationException">Some value is out of its range; all of them are named.</exception>
    internal PartitionKeyReader Check(RateLimitStores? stores, out WatchedStore? store)
    {
        // Every fault at once: whoever starts the app fixes them in one go.
        List<string> faults = [];

        if (PermitLimit < 1)
        {
            faults.Add($"{nameof(PermitLimit)} ({PermitLimit}) must be 1 or more.");
        }

        if (Window < TimeSpan.FromMilliseconds(1) || Window > MaxWindow)
        {
            faults.Add($"{nameof(Window)} ({Window}) must be from one millisecond to {MaxWindow.Days} days.");
        }

        CheckNamed(nameof(Algorithm), Algorithm, faults);
        var reader = PartitionKeyReader.Parse(PartitionBy, faults);

        if (MaxPartitions < 1)
        {
            faults.Add($"{nameof(MaxPartitions)} ({MaxPartitions}) must be 1 or more.");
        }

        if (QueueLimit is < 0 or > MaxQueue)
        {
            faults.Add($"{nameof(QueueLimit)} ({QueueLimit}) must be from 0 to {MaxQueue}.");
        }

        if (Cost < 1 || Cost > Math.Max(1, PermitLimit))
        {
            faults.Add($"{nameof(Cost)} ({Cost}) must be from 1 to {nameof(PermitLimit)} ({PermitLimit}).");
        }

        CheckNamed(nameof(Count), Count, faults);
        if (Count == RateLimitCount.Failures && Algorithm == RateLimitAlgorithm.Concurrency)
        {
            faults.Add($"{nameof(Count)} ({Count}) must be {nameof(RateLimitCount.All)} with {nameof(Algorithm)} {Algorithm}, where every request gives its permits back.");
        }

        CheckNamed(nameof(Headers), Headers, faults);
        store = FindStore(stores, faults);

        return faults.Count == 0 ? reader : throw new OptionsValidationException(Options.DefaultName, typeof(RateLimitOptions), faults);
    }

    private WatchedStore? FindStore(RateLimitStores? stores, List<string> faults)
    {
        WatchedStore? store = null;

        if (!string.Equals(Store, MemoryStore, StringComparison.OrdinalIgnoreCase))
        {
            (store, var fault) = stores is null ? (null, $"('{Store}') must be {MemoryStore}.") : stores.Find(Store);

            if (fault is not null)
            {
                faults.Add($"{nameof(Store)} {fault}");
            }

            if (QueueLimit > 0)
            {
                faults.Add($"{nameof(QueueLimit)} ({QueueLimit}) must be 0 with {nameof(Store)} '{Store}': instances keep no common line of those who wait.");
            }
        }

        if (Name is not null && (Name.Length is 0 or > MaxNameLength || !Name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')))
        {
            faults.Add($"{nameof(Name)} ('{LogText.OnOneLine(Name)}') must be 1 to {MaxNameLength} letters, digits, '_', '-' and '.'.");
        }

        CheckNamed(nameof(OnStoreFailure), OnStoreFailure, faults);

        if (StoreTimeout < TimeSpan.FromMilliseconds(1) || StoreTimeout > TimeSpan.FromMinutes(1))
        {
            faults.Add($"{nameof(StoreTimeout)} ({StoreTimeout}) must be from one millisecond to one minute.");
        }

        return store;
    }

    private static void CheckNamed<TEnum>(string property, TEnum value, List<string> faults)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            faults.Add($"{property} ({value:D}) must be one of {string.Join(", ", Enum.GetNames<TEnum>())}.");
        }
    }
}
