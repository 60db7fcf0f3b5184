namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>
/// Closes and opens, without a restart, whatever stands behind a <c>maintenance</c>. The last word counts: what is said here wins over the settings, until
/// <c>Enabled</c> or <c>Until</c> of the section <c>Maintenance</c> gets another value; then the settings decide again. A singleton service, safe for many threads.
/// It is the switch of one process; with <c>AddRedis</c> of RouteMiddleware.Contrib.Redis, of all instances.
/// </summary>
public interface IMaintenanceSwitch
{
    /// <summary>Whether the bare <c>maintenance</c> turns requests away now, by this switch or by the settings.</summary>
    bool IsOn { get; }

    /// <summary>Closes. Requests that are running are left to finish.</summary>
    /// <param name="message">What callers are told. Default: the <c>Message</c> of the settings.</param>
    /// <param name="until">The first moment that is open again. Default: until somebody says otherwise.</param>
    void TurnOn(string? message = null, DateTimeOffset? until = null);

    /// <summary>Opens, also where the settings say <c>Enabled</c>.</summary>
    void TurnOff();
}
