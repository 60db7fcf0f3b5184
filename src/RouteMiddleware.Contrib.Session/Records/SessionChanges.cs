namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>What one request changed and has not saved yet: single fields, so that concurrent requests of one session lose nothing.</summary>
internal sealed class SessionChanges
{
    private Dictionary<string, ReadOnlyMemory<byte>?>? _fields;

    /// <summary>All values were taken out before those that <see cref="Fields"/> holds.</summary>
    public bool IsCleared { get; private set; }

    /// <summary>The session ended, with its record and its id; what follows belongs to another one.</summary>
    public bool IsFlushed { get; private set; }

    /// <summary>The same values go on under a new id.</summary>
    public bool IsRotated { get; private set; }

    public bool HasUser { get; private set; }

    public string? UserId { get; private set; }

    /// <summary>When the user was set: our time stamp, and its place among all such moments of this process.</summary>
    public long UserSetAt { get; private set; }

    public long UserSetOrder { get; private set; }

    /// <summary>Whether somebody logs in. Only that, or a flush, begins another session where the one that was loaded has been rotated away.</summary>
    public bool SetsUser => HasUser && UserId is not null;

    public bool HasLifetime { get; private set; }

    public TimeSpan? Lifetime { get; private set; }

    /// <summary>The changed values; <see langword="null"/> for one that was taken out.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>?>? Fields => _fields;

    public bool Any => IsCleared || IsFlushed || IsRotated || HasUser || HasLifetime || _fields is { Count: > 0 };

    public bool TryFind(string key, out ReadOnlyMemory<byte>? value)
    {
        value = null;
        return (_fields is not null && _fields.TryGetValue(key, out value)) || IsCleared;
    }

    public void Set(string key, ReadOnlyMemory<byte>? value) => (_fields ??= new(StringComparer.Ordinal))[key] = value;

    /// <summary>Takes back a change as if it had not been made.</summary>
    public void Restore(string key, bool wasChanged, ReadOnlyMemory<byte>? value)
    {
        if (wasChanged)
        {
            Set(key, value);
        }
        else
        {
            _fields?.Remove(key);
        }
    }

    public bool Has(string key, out ReadOnlyMemory<byte>? value)
    {
        value = null;
        return _fields is not null && _fields.TryGetValue(key, out value);
    }

    public void Clear()
    {
        _fields?.Clear();
        IsCleared = true;
        SetUser(null);
    }

    public void Flush()
    {
        Reset();
        IsCleared = true;
        IsFlushed = true;
    }

    public void Rotate() => IsRotated = true;

    public void SetUser(string? userId) => (HasUser, UserId) = (true, userId);

    public void StampUser(long timestamp, long order) => (UserSetAt, UserSetOrder) = (timestamp, order);

    /// <summary>Takes the user back to what was set before, if anything was.</summary>
    public void RestoreUser(bool wasSet, string? userId) => (HasUser, UserId) = (wasSet, userId);

    public void SetLifetime(TimeSpan? lifetime) => (HasLifetime, Lifetime) = (true, lifetime);

    public void Reset()
    {
        _fields?.Clear();
        (IsCleared, IsFlushed, IsRotated) = (false, false, false);
        (HasUser, UserId) = (false, null);
        (HasLifetime, Lifetime) = (false, null);
    }

    /// <summary>The values after the changes. The given ones stay as they are.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> ApplyTo(Dictionary<string, ReadOnlyMemory<byte>> fields)
    {
        if (_fields is not { Count: > 0 })
        {
            return IsCleared ? SessionRecord.NoFields : fields;
        }

        var result = IsCleared
            ? new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
            : new Dictionary<string, ReadOnlyMemory<byte>>(fields, StringComparer.Ordinal);

        foreach (var (key, value) in _fields)
        {
            if (value is { } json)
            {
                result[key] = json;
            }
            else
            {
                result.Remove(key);
            }
        }

        return result;
    }

    /// <summary>The record after the changes. <paramref name="current"/> is <see langword="null"/> for a session that begins.</summary>
    public SessionRecord ApplyTo(SessionRecord? current, SessionLifetimes lifetimes, long now, string? tenant = null)
    {
        var before = IsFlushed ? null : current;
        var createdAt = before?.CreatedAt ?? now;
        var lifetime = HasLifetime ? Lifetime : before?.Lifetime;

        return new()
        {
            CreatedAt = createdAt,
            RenewedAt = now,
            ExpiresAt = lifetimes.ExpiresAt(createdAt, now, lifetime),
            Lifetime = lifetime,
            UserId = HasUser ? UserId : before?.UserId,
            Tenant = before?.Tenant ?? tenant,
            Fields = ApplyTo(before?.Fields ?? SessionRecord.NoFields),
        };
    }
}
