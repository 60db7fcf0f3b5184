using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>Keeps the last word for all attachments, over every change of the settings that is not about the same thing.</summary>
internal sealed partial class MaintenanceSwitch(
    ISharedOptions shared,
    TimeProvider clock,
    ILogger<MaintenanceSwitch> logger,
    IConfiguration? configuration = null) : IMaintenanceSwitch
{
    private readonly Lock _lock = new();
    private volatile MaintenanceWord? _word;
    private (string? Enabled, string? Until)? _settings;
    private int _count;

    public bool IsOn
    {
        get
        {
            lock (_lock)
            {
                var (isOn, until) = WordFor(_count) is { } word ? (word.IsOn, word.Until) : InForce();
                return isOn && !(until <= clock.GetUtcNow());
            }
        }
    }

    /// <summary>Looks whether the settings say something new about opening and closing, and tells which ones they are.</summary>
    public int Follow()
    {
        lock (_lock)
        {
            var now = Read();

            if (_settings is { } before && before != now)
            {
                _count++;
            }

            _settings = now;
            return _count;
        }
    }

    /// <summary>The last word, unless the settings with this count are newer.</summary>
    public MaintenanceWord? WordFor(int settings) => _word is { } word && word.Settings >= settings ? word : null;

    public void TurnOn(string? message = null, DateTimeOffset? until = null)
    {
        var refusal = string.IsNullOrWhiteSpace(message) ? null : MaintenanceMiddleware.RefusalOf(message);

        lock (_lock)
        {
            if (until <= clock.GetUtcNow())
            {
                Log.OnTooLate(logger, until.Value);
            }
            else
            {
                Log.TurnedOn(logger, until);
            }

            _word = new(IsOn: true, refusal, until, _count);
        }
    }

    public void TurnOff()
    {
        lock (_lock)
        {
            Log.TurnedOff(logger);
            _word = new(IsOn: false, Refusal: null, Until: null, _count);
        }
    }

    private static IConfigurationSection? Find(IConfigurationSection? section, string key)
        => section?.GetChildren().FirstOrDefault(child => AliasComparer.Instance.Equals(child.Key, key));

    private (bool Enabled, DateTimeOffset? Until) InForce()
    {
        var options = shared.Get<MaintenanceOptions>("maintenance");
        return (options.Enabled, options.Until);
    }

    // As they are written: while a middleware is made for new settings, the old options are still in force.
    private (string? Enabled, string? Until) Read()
    {
        var section = Find(configuration?.GetSection("RouteMiddleware"), "Maintenance");
        return (Find(section, nameof(MaintenanceOptions.Enabled))?.Value, Find(section, nameof(MaintenanceOptions.Until))?.Value);
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
