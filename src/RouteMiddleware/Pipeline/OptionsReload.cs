using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Follows the configuration while the application runs: middleware whose options changed are made anew, checked, and put in place for all requests at once; where
/// anything is faulty, all stay as they are. What a list names is settled at the start.
/// </summary>
internal sealed partial class OptionsReload(
    MiddlewareCatalog catalog,
    PlanCounterparts counterparts,
    LinkFactory links,
    OwnedInstances owned,
    Generations generations,
    SharedOptions shared,
    TimeProvider clock,
    ILogger<OptionsReload> logger,
    IConfiguration? configuration = null) : IDisposable
{
    /// <summary>How long a middleware lives on for the requests that went through it before another took its place.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>How long a request may take from the global list to its endpoint and still be told from those that skip the list, at the first reload.</summary>
    public static readonly TimeSpan WayToTheEndpoint = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<LinkPlan, (Link Link, string Source)> _inUse = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<ITimer> _timers = [];
    private IDisposable? _subscription;
    private ConfigurationFiles? _files;
    private string _source = "";
    private string? _refused;
    private bool _isDisposed;

    /// <summary>Begins to listen. Called when the start was checked.</summary>
    public void Begin()
    {
        if (configuration is null || _subscription is not null)
        {
            return;
        }

        _source = catalog.Source();
        _files = new ConfigurationFiles(configuration, (path, exception) => Log.Unreadable(logger, exception, path), Reload);
        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, Reload);

        // What changed between the reading of the settings and this moment was announced to nobody.
        Reload();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _subscription?.Dispose();
            _files?.Dispose();

            foreach (var timer in _timers)
            {
                timer.Dispose();
            }
        }
    }

    private void Reload()
    {
        lock (_lock)
        {
            if (_isDisposed || _files!.AreBroken)
            {
                return;
            }

            var source = catalog.CurrentSource();

            // Providers announce one edit several times, and edits of other sections too.
            if (string.Equals(source, _source, StringComparison.Ordinal))
            {
                _refused = null;
                return;
            }

            if (string.Equals(source, _refused, StringComparison.Ordinal))
            {
                return;
            }

            _refused = source;

            if (source.Length == 0)
            {
                Log.SectionVanished(logger);
                return;
            }

            try
            {
                Apply(catalog.Reread());
            }
            catch (Exception exception)
            {
                // The callback belongs to the configuration: thrown there, nobody would hear of it.
                Log.Failed(logger, exception);
            }
        }
    }

    private void Apply(MiddlewareCatalog reread)
    {
        var faults = new FaultList();
        var reading = counterparts.Find(reread);
        Array.ForEach(reread.Faults.ToArray(), faults.Add);

        List<(LinkPlan Plan, Link Old, Link? New, string Source)> changed = [];

        foreach (var (plan, made) in links.Made.Where(static made => made.Link.IsRenewable))
        {
            var (old, oldSource) = _inUse.TryGetValue(plan, out var known) ? known : (made, catalog.Options.SourceOf(plan));
            var newPlan = reading.Found.TryGetValue(plan, out var counterpart) ? plan.With(counterpart) : counterparts.Of(plan);
            var newSource = reread.Options.SourceOf(newPlan);

            if (!string.Equals(oldSource, newSource, StringComparison.Ordinal))
            {
                changed.Add((plan, old, catalog.Try(reread, () => links.Renew(newPlan, reread.Options, faults)), newSource));
            }
        }

        if (faults.Count > 0)
        {
            foreach (var fault in faults.ToArray())
            {
                Log.Refused(logger, fault);
            }

            Retire([.. changed.Select(static change => change.New).OfType<Link>()], TimeSpan.Zero);
            return;
        }

        // First the services that belong to a middleware: a token issued from now on is good for the requests that come with the new options.
        catalog.TakeOptionsOf(reread);
        shared.Announce();
        Switch(changed);

        foreach (var list in counterparts.Accept(reading))
        {
            Log.NeedsRestart(logger, list);
        }

        _source = reread.Source();
        _refused = null;
    }

    private void Switch(List<(LinkPlan Plan, Link Old, Link? New, string Source)> changed)
    {
        if (changed.Count == 0)
        {
            return;
        }

        if (generations.IsFirst)
        {
            generations.MayHoldFirst = true;
            After(WayToTheEndpoint, () => generations.MayHoldFirst = false);
        }

        generations.Switch(generations.Current.With(changed.Select(static change => KeyValuePair.Create(change.Plan, change.New!))));

        foreach (var (plan, _, link, source) in changed)
        {
            _inUse[plan] = (link!, source);
        }

        Retire([.. changed.Select(static change => change.Old)], Grace);
        Log.Reloaded(logger, string.Join(", ", changed.Select(static change => change.New!.Plan.ToString()).Distinct(StringComparer.Ordinal)));
    }

    private void Retire(IReadOnlyList<Link> retired, TimeSpan after)
    {
        foreach (var instance in retired.OfType<InstanceLink>().Select(static link => link.Instance))
        {
            // Fire and forget: a failing disposal is logged where it happens.
            After(after, () => _ = owned.RetireAsync(instance));
        }
    }

    private void After(TimeSpan time, Action action)
    {
        if (time == TimeSpan.Zero)
        {
            action();
            return;
        }

        ITimer? timer = null;
        timer = clock.CreateTimer(
            _ =>
            {
                action();

                lock (_lock)
                {
                    _timers.Remove(timer!);
                }

                timer!.Dispose();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The configuration changed: {Middleware} run with new options from now on.", EventName = "Reloaded")]
        public static partial void Reloaded(ILogger logger, string middleware);

        [LoggerMessage(2, LogLevel.Error, "The configuration changed, but the new options are refused and the old ones stay: {Fault}", EventName = "Refused")]
        public static partial void Refused(ILogger logger, RouteMiddlewareFault fault);

        [LoggerMessage(3, LogLevel.Error, "The section RouteMiddleware vanished from the configuration; the old options stay.", EventName = "SectionVanished")]
        public static partial void SectionVanished(ILogger logger);

        [LoggerMessage(4, LogLevel.Warning, "The middleware that '{List}' names, their order, conditions or groups changed in the configuration. That takes effect at the next start; options that changed are in effect.", EventName = "NeedsRestart")]
        public static partial void NeedsRestart(ILogger logger, string list);

        [LoggerMessage(6, LogLevel.Error, "The configuration file '{Path}' can't be read since it was edited; the old options stay.", EventName = "Unreadable")]
        public static partial void Unreadable(ILogger logger, Exception exception, string path);

        [LoggerMessage(5, LogLevel.Error, "The configuration changed, but it can't be read and the old options stay.", EventName = "Failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
