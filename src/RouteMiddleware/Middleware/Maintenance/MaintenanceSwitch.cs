using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>Keeps the last word for all attachments, over every change of the settings that is not about the same thing.</summary>
internal sealed partial class MaintenanceSwitch : IMaintenanceSwitch
{
    private readonly ISharedOptions _shared;
    private readonly TimeProvider _clock;
    private readonly ILogger<MaintenanceSwitch> _logger;
    private readonly Lock _lock = new();
    private volatile MaintenanceWord? _word;

    // Those in force, since somebody asked first: then those of the start are checked.
    private (bool Enabled, DateTimeOffset? Until)? _settings;
    private int _count;

    public MaintenanceSwitch(ISharedOptions shared, TimeProvider clock, ILogger<MaintenanceSwitch> logger)
    {
        _shared = shared;
        _clock = clock;
        _logger = logger;
        shared.Reloaded += (_, _) => Follow();
    }

    public bool IsOn
    {
        get
        {
            lock (_lock)
            {
                var (isOn, until) = WordFor(_count) is { } word ? (word.IsOn, word.Until) : _settings ??= Read();
                return isOn && !(until <= _clock.GetUtcNow());
            }
        }
    }

    /// <summary>Tells which settings a middleware is being made for: those in force, or those that will be if nothing of the reload is faulty.</summary>
    public int CountOfSettings()
    {
        lock (_lock)
        {
            var now = Read();
            return now == (_settings ??= now) ? _count : _count + 1;
        }
    }

    /// <summary>The last word, unless the settings with this count are newer.</summary>
    public MaintenanceWord? WordFor(int settings) => _word is { } word && word.Settings >= settings ? word : null;

    public void TurnOn(string? message = null, DateTimeOffset? until = null)
    {
        var refusal = string.IsNullOrWhiteSpace(message) ? null : MaintenanceMiddleware.RefusalOf(message);

        lock (_lock)
        {
            if (until <= _clock.GetUtcNow())
            {
                Log.OnTooLate(_logger, until.Value);
            }
            else
            {
                Log.TurnedOn(_logger, until);
            }

            _word = new(IsOn: true, refusal, until, _count);
        }
    }

    public void TurnOff()
    {
        lock (_lock)
        {
            Log.TurnedOff(_logger);
            _word = new(IsOn: false, Refusal: null, Until: null, _count);
        }
    }

    // Settings that say something new about opening and closing are newer than every word so far.
    private void Follow()
    {
        lock (_lock)
        {
            var now = Read();

            if (_settings is { } before && before != now)
            {
                _count++;
            }

            _settings = now;
        }
    }

    private (bool Enabled, DateTimeOffset? Until) Read()
    {
        var options = _shared.Get<MaintenanceOptions>("maintenance");
        return (options.Enabled, options.Until);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Maintenance was turned on. Open again: {Until} (nothing: when it is turned off).", EventName = "TurnedOn")]
        public static partial void TurnedOn(ILogger logger, DateTimeOffset? until);

        [LoggerMessage(2, LogLevel.Warning, "Maintenance was turned off.", EventName = "TurnedOff")]
        public static partial void TurnedOff(ILogger logger);

        [LoggerMessage(3, LogLevel.Warning, "Maintenance was turned on until {Until}, which is past: everything is open.", EventName = "OnTooLate")]
        public static partial void OnTooLate(ILogger logger, DateTimeOffset until);
    }
}
