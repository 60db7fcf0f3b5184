using System.Globalization;
using RouteMiddleware.Middleware.Maintenance;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>
/// The switch of all instances. A word holds for the settings under which it was said, as it does in one process; while Redis is away every instance keeps what it knows.
/// </summary>
internal sealed class SharedMaintenance(IMaintenanceSwitch own, IRedisConnection redis, ISharedOptions options) : IMaintenanceSwitch, IFollowRedis
{
    // Versions are moments, so that a word which comes after one that Redis lost is the later one all the same.
    private static readonly RedisScript Say = new("maintenance_say", """
        local time = redis.call('TIME')
        local before = tonumber(redis.call('HGET', KEYS[1], 'version')) or 0
        local version = math.max(before + 1, time[1] * 1000 + math.floor(time[2] / 1000))
        redis.call('HMSET', KEYS[1], 'version', string.format('%.0f', version), 'on', ARGV[1], 'message', ARGV[2], 'until', ARGV[3], 'settings', ARGV[4])
        return version
        """);

    private static readonly RedisScript SayAgain = new("maintenance_say_again", """
        if (tonumber(redis.call('HGET', KEYS[1], 'version')) or 0) < tonumber(ARGV[5]) then
          redis.call('HMSET', KEYS[1], 'version', ARGV[5], 'on', ARGV[1], 'message', ARGV[2], 'until', ARGV[3], 'settings', ARGV[4])
        end
        return 1
        """);

    private static readonly RedisScript Hear = new("maintenance_hear", "return redis.call('HMGET', KEYS[1], 'version', 'on', 'message', 'until', 'settings')");

    private readonly RedisKey[] _keys = [redis.KeyPrefix + "maintenance"];
    private readonly Lock _lock = new();
    private Word? _known;
    private Word? _unsent;
    private long _version;

    public bool IsOn => own.IsOn;

    public void TurnOn(string? message = null, DateTimeOffset? until = null)
    {
        lock (_lock)
        {
            own.TurnOn(message, until);
            _known = _unsent = new(IsOn: true, message ?? "", until, Settings());
        }
    }

    public void TurnOff()
    {
        lock (_lock)
        {
            own.TurnOff();
            _known = _unsent = new(IsOn: false, "", Until: null, Settings());
        }
    }

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (Unsent() is { } unsent)
        {
            var version = (long)await EvaluateAsync(Say, unsent.Values, cancellationToken).ConfigureAwait(false);
            NoteSent(unsent, version);
        }

        var heard = (RedisValue[])(await EvaluateAsync(Hear, [], cancellationToken).ConfigureAwait(false))!;

        if (heard[0].IsNull || (long)heard[0] < Volatile.Read(ref _version))
        {
            await SayAgainAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            TakeOver((long)heard[0], Word.Read(heard.AsSpan(1)));
        }
    }

    private ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisValue[] values, CancellationToken cancellationToken)
        => redis.EvaluateAsync(script, _keys, values, RedisFollower.CallTimeout, cancellationToken);

    // Redis lost what it knew, or the last of it. Whichever instance comes first tells it again; the door does not open because a store was emptied or has failed over.
    private async Task SayAgainAsync(CancellationToken cancellationToken)
    {
        Word? known;
        long version;

        lock (_lock)
        {
            // A word that is not sent yet goes its own way.
            (known, version) = (_unsent is null ? _known : null, _version);
        }

        if (known is not null)
        {
            await EvaluateAsync(SayAgain, [.. known.Values, version], cancellationToken).ConfigureAwait(false);
        }
    }

    private Word? Unsent()
    {
        lock (_lock)
        {
            return _unsent;
        }
    }

    private void NoteSent(Word word, long version)
    {
        lock (_lock)
        {
            _version = version;
            _unsent = ReferenceEquals(_unsent, word) ? null : _unsent;
        }
    }

    private void TakeOver(long version, Word word)
    {
        lock (_lock)
        {
            // What this instance said meanwhile is the later word, and is sent the next time.
            if (version == _version || _unsent is not null)
            {
                return;
            }

            // This instance may get those settings in a moment: then the word counts here too.
            if (!string.Equals(word.Settings, Settings(), StringComparison.Ordinal))
            {
                return;
            }

            _version = version;

            if (word == _known)
            {
                return;
            }

            _known = word;

            if (word.IsOn)
            {
                own.TurnOn(word.Message.Length == 0 ? null : word.Message, word.Until);
            }
            else
            {
                own.TurnOff();
            }
        }
    }

    private string Settings()
    {
        var settings = options.Get<MaintenanceOptions>("maintenance");
        return string.Create(CultureInfo.InvariantCulture, $"{settings.Enabled} {settings.Until?.ToUnixTimeMilliseconds()}");
    }

    private sealed record Word(bool IsOn, string Message, DateTimeOffset? Until, string Settings)
    {
        public RedisValue[] Values => [IsOn, Message, Until?.ToUnixTimeMilliseconds() ?? -1, Settings];

        public static Word Read(ReadOnlySpan<RedisValue> values) => new(
            (bool)values[0],
            values[1].ToString(),
            (long)values[2] < 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)values[2]),
            values[3].ToString());
    }
}
