using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>Counts the cookies that were not taken, and tells of the suspicious ones: at most one line a minute, however many an attacker sends.</summary>
internal sealed partial class RefusedCookies(TimeProvider clock, Meter meter, ILogger<RefusedCookies> logger)
{
    /// <summary>Manipulated, cut, of another secret, name or version, or no cookie of ours at all.</summary>
    public const string BadSignature = "bad_signature";

    /// <summary>An id that nobody knows: guessed, or lost with a restart.</summary>
    public const string UnknownId = "unknown_id";

    /// <summary>Past its idle, absolute or own lifetime.</summary>
    public const string Expired = "expired";

    /// <summary>Of a session that was flushed or rotated.</summary>
    public const string Ended = "ended";

    /// <summary>Its record is something else.</summary>
    public const string Damaged = "damaged";

    /// <summary>Of a session that belongs to another tenant.</summary>
    public const string ForeignTenant = "foreign_tenant";

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Counter<long> _counter = meter.CreateCounter<long>("routemiddleware.session.refused_cookies", "{cookie}", "Session cookies that were not taken, by reason.");
    private readonly Lock _lock = new();
    private long? _lastLine;
    private long _forged;
    private long _unknown;
    private long _foreign;

    public void Report(string reason)
    {
        if (_counter.Enabled)
        {
            _counter.Add(1, new KeyValuePair<string, object?>("reason", reason));
        }

        if (reason is BadSignature or UnknownId or ForeignTenant)
        {
            Warn(reason);
        }
    }

    private void Warn(string reason)
    {
        long forged, unknown, foreign;

        lock (_lock)
        {
            _forged += reason == BadSignature ? 1 : 0;
            _unknown += reason == UnknownId ? 1 : 0;
            _foreign += reason == ForeignTenant ? 1 : 0;
            var now = clock.GetTimestamp();

            if (_lastLine is { } last && clock.GetElapsedTime(last, now) < Pause)
            {
                return;
            }

            _lastLine = now;
            (forged, unknown, foreign) = (_forged, _unknown, _foreign);
            (_forged, _unknown, _foreign) = (0, 0, 0);
        }

        Log.CookiesRefused(logger, forged, unknown, foreign);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Session cookies refused since the last such line: {Forged} forged or foreign (reason=bad_signature), {Unknown} with an unknown id (reason=unknown_id), {Foreign} of another tenant (reason=foreign_tenant). Further ones are counted and told once a minute.", EventName = "CookiesRefused")]
        public static partial void CookiesRefused(ILogger logger, long forged, long unknown, long foreign);
    }
}
