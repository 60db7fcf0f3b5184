using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Which answers are kept, how long, and for whom.</summary>
[ArgumentFormat("([rR][fF][cC]9111|" + ShortDuration.Pattern + ")", "30s")]
public sealed class CacheOptions : IAcceptArgument
{
    internal const string MemoryStore = "memory";

    private const string AnyName = "*";
    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(366);
    private static readonly TimeSpan MaxFillTimeout = TimeSpan.FromHours(1);

    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>How long an answer is given again. Default: one minute; from one millisecond to 366 days. Not asked with <see cref="CacheMode.Rfc9111"/>.</summary>
    [DurationRange("1ms", "366d")]
    public TimeSpan Duration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Who says how long an answer is kept. Default: <see cref="CacheMode.Duration"/>.</summary>
    public CacheMode Mode { get; set; }

    /// <summary>The query's names whose values make an answer of their own; <c>*</c> is the whole query as it was sent, an empty list none of it. Default: <c>*</c>.</summary>
    public IList<string> VaryByQuery { get; set; } = [AnyName];

    /// <summary>The request's headers whose values make an answer of their own, besides those that the answer's <c>Vary</c> names. Default: none.</summary>
    public IList<string> VaryByHeader { get; set; } = [];

    /// <summary>Whether each verified user has answers of their own. Default: <see langword="false"/>: answers to users and to requests with <c>Authorization</c> are not kept.</summary>
    public bool VaryByUser { get; set; }

    /// <summary>The largest body that is kept, in bytes. Default: 64 MiB; at least 1.</summary>
    [Range(1d, long.MaxValue)]
    public long MaxBodySize { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// What all answers together may take, in bytes, their keys and headers included; those that were not asked for lately go first. One value for the application:
    /// it stands in the shared section and is read at start. Default: 256 MiB; at least 64 KiB.
    /// </summary>
    [Range(65536d, long.MaxValue)]
    public long SizeLimit { get; set; } = 256 * 1024 * 1024;

    /// <summary>The tags by which <see cref="IRouteCache.EvictByTagAsync"/> finds the answers. Default: none.</summary>
    public IList<string> Tags { get; set; } = [];

    /// <summary>
    /// Where answers are kept. Default: <c>memory</c>, each instance for itself. <c>redis</c>, for all instances, comes with <c>AddRedis()</c> of RouteMiddleware.Contrib.Redis;
    /// another one is an <see cref="IRouteCacheStore"/> among the application's services.
    /// </summary>
    public string Store { get; set; } = MemoryStore;

    /// <summary>
    /// How long a shared store is waited for; then the request goes on without it. Default: 50 milliseconds; from one millisecond to one minute. Not asked with <c>memory</c>.
    /// </summary>
    [DurationRange("1ms", "1m")]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a request waits for another that is making the same answer; then it runs on its own. Default: 10 seconds; from zero (no waiting) to one hour.</summary>
    [DurationRange("0s", "1h")]
    public TimeSpan FillTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its time an answer is still given to the others while one request makes a new one. Default: zero, never; at most 366 days.</summary>
    [DurationRange("0s", "366d")]
    public TimeSpan StaleWhileRevalidate { get; set; }

    /// <summary>The answer's headers that are not given again, besides those that belong to one request by their nature (request id, date, limits, cookies, times). Default: none.</summary>
    public IList<string> ExcludeHeaders { get; set; } = [];

    internal bool TakesWholeQuery => VaryByQuery is not null && VaryByQuery.Contains(AnyName);

    void IAcceptArgument.ApplyArgument(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);

        if (string.Equals(argument, nameof(CacheMode.Rfc9111), StringComparison.OrdinalIgnoreCase))
        {
            Mode = CacheMode.Rfc9111;
            return;
        }

        Duration = ShortDuration.TryParse(argument, out var duration)
            ? duration
            : throw new FormatException($"'{argument}' is no time to keep answers: write a time span such as 30s, 5m or 1h, or rfc9111.");
    }

    /// <summary>Whether answers are kept by the application itself.</summary>
    internal bool IsInMemory => string.Equals(Store, MemoryStore, StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks every value.</summary>
    /// <param name="sizeLimit">The bound of the application's own store.</param>
    /// <param name="shared">The stores of many instances.</param>
    /// <exception cref="OptionsValidationException">Some value is out of its range; all of them are named.</exception>
    internal void Check(long sizeLimit, IReadOnlyList<IRouteCacheStore> shared)
    {
        // Every fault at once: whoever starts the app fixes them in one go.
        List<string> faults = [];

        Require(Duration >= TimeSpan.FromMilliseconds(1) && Duration <= MaxDuration, $"{nameof(Duration)} ({Duration}) must be from one millisecond to {MaxDuration.Days} days.", faults);
        Require(Enum.IsDefined(Mode), $"{nameof(Mode)} ({Mode:D}) must be one of {string.Join(", ", Enum.GetNames<CacheMode>())}.", faults);
        CheckNames(nameof(VaryByQuery), VaryByQuery, static name => name.Length > 0, "must hold names, '*' for the whole query.", faults);
        Require(VaryByQuery is not { Count: > 1 } || !TakesWholeQuery, $"{nameof(VaryByQuery)} must hold '*' alone, or names without it.", faults);
        CheckNames(nameof(VaryByHeader), VaryByHeader, static name => name != AnyName && IsToken(name), "must hold names of headers.", faults);
        Require(MaxBodySize >= 1, $"{nameof(MaxBodySize)} ({MaxBodySize}) must be 1 or more.", faults);
        Require(SizeLimit >= 64 * 1024, $"{nameof(SizeLimit)} ({SizeLimit}) must be 65536 or more.", faults);
        Require(
            SizeLimit == sizeLimit || SizeLimit < 64 * 1024,
            $"{nameof(SizeLimit)} ({SizeLimit}) must be the one of the shared section at the application's start ({sizeLimit}): all attachments share one store.",
            faults);
        CheckNames(nameof(Tags), Tags, static tag => tag.Length is > 0 and <= 256, "must hold texts of 1 to 256 characters.", faults);
        CheckStore(shared, faults);
        Require(
            StoreTimeout >= TimeSpan.FromMilliseconds(1) && StoreTimeout <= TimeSpan.FromMinutes(1),
            $"{nameof(StoreTimeout)} ({StoreTimeout}) must be from one millisecond to one minute.",
            faults);
        Require(FillTimeout >= TimeSpan.Zero && FillTimeout <= MaxFillTimeout, $"{nameof(FillTimeout)} ({FillTimeout}) must be from zero to one hour.", faults);
        Require(
            StaleWhileRevalidate >= TimeSpan.Zero && StaleWhileRevalidate <= MaxDuration,
            $"{nameof(StaleWhileRevalidate)} ({StaleWhileRevalidate}) must be from zero to {MaxDuration.Days} days.",
            faults);
        CheckNames(nameof(ExcludeHeaders), ExcludeHeaders, IsToken, "must hold names of headers.", faults);

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(CacheOptions), faults);
        }
    }

    /// <summary>
    /// Tells attachments apart: those with other options share no answer, those with the same options do, and after a reload that changes nothing they still do.
    /// </summary>
    internal string Identity()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Mode:D};{Duration.Ticks};{VaryByUser};{MaxBodySize};{StaleWhileRevalidate.Ticks}");

        foreach (var list in (IList<string>[])[VaryByQuery, VaryByHeader, Tags, ExcludeHeaders])
        {
            text.Append(CultureInfo.InvariantCulture, $";{list.Count}");

            foreach (var item in list)
            {
                text.Append(CultureInfo.InvariantCulture, $":{item.Length}:{item}");
            }
        }

        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())), 0, 12);
    }

    /// <summary>The store that the option names, where it is not the application's own.</summary>
    internal IRouteCacheStore? FindShared(IReadOnlyList<IRouteCacheStore> shared) => shared.FirstOrDefault(store => string.Equals(store.Name, Store, StringComparison.OrdinalIgnoreCase));

    private void CheckStore(IReadOnlyList<IRouteCacheStore> shared, List<string> faults)
    {
        if (IsInMemory)
        {
            return;
        }

        if (FindShared(shared) is not { } found)
        {
            var names = string.Join(", ", shared.Select(static store => $"'{store.Name}'").Prepend($"'{MemoryStore}'"));
            faults.Add($"{nameof(Store)} ('{Store}') must be one of {names}: for 'redis' call AddRedis() of RouteMiddleware.Contrib.Redis.");
        }
        else if (found.Fault is { } fault)
        {
            faults.Add($"{nameof(Store)} ('{Store}') can't be used: {fault}");
        }
    }

    internal static bool IsToken(ReadOnlySpan<byte> name)
    {
        foreach (var letter in name)
        {
            if (!TokenLetters.Contains((char)letter))
            {
                return false;
            }
        }

        return !name.IsEmpty;
    }

    private static bool IsToken(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenLetters);

    private static void Require(bool holds, string fault, List<string> faults)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }

    private static void CheckNames(string property, IList<string>? names, Func<string, bool> isGood, string rule, List<string> faults)
    {
        if (names is null)
        {
            faults.Add($"{property} (null) {rule}");
            return;
        }

        foreach (var name in names.Where(name => name is null || !isGood(name)))
        {
            faults.Add($"{property} ('{name}') {rule}");
        }
    }
}
