using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>One request's session: what was loaded, seen through what this request changed. <see cref="SessionSaving"/> saves it.</summary>
internal sealed partial class SessionState(SessionRules rules, HttpContext context) : SessionLoading(rules, context)
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private SessionChanges? _changes;
    private SessionId? _newId;

    /// <summary>How the session gets saved; <see langword="null"/> while there was nothing to save.</summary>
    public SessionSaving? Saving { get; private set; }

    /// <summary>Whether the end of the request has work for the session.</summary>
    public bool IsPending => Saving is { IsPending: true } || NeedsSave;

    /// <summary>Whether the request changed anything, saved or not.</summary>
    public bool IsModified { get; private set; }

    /// <summary>Whether there is anything that the answer must wait for.</summary>
    public bool NeedsSave => _changes is { Any: true } || (Rules.Lifetimes.Slides && Loaded.Record is { } record && Rules.Lifetimes.IsRenewalDue(record, Rules.Now));

    public bool IsAvailable
    {
        get
        {
            Use();
            return !IsUnavailable;
        }
    }

    public bool IsNew
    {
        get
        {
            Use();
            return Loaded.Record is null || _changes is { IsFlushed: true };
        }
    }

    public string Id
    {
        get
        {
            Use();
            return (NeedsNewId ? _newId ??= SessionId.New() : Loaded.Id).ToString();
        }
    }

    public string? UserId
    {
        get
        {
            Use();
            return _changes switch
            {
                { HasUser: true } => _changes.UserId,
                { IsFlushed: true } => null,
                _ => Loaded.Record?.UserId,
            };
        }
    }

    private bool NeedsNewId => Loaded.Record is null || _changes is { IsFlushed: true } or { IsRotated: true };

    /// <summary>The value of a key as it stands for this request.</summary>
    public bool TryFind(string key, out ReadOnlyMemory<byte> json)
    {
        Use();
        json = default;

        if (_changes is not null && _changes.TryFind(key, out var changed))
        {
            json = changed.GetValueOrDefault();
            return changed is not null;
        }

        return Loaded.Record is { } record && record.Fields.TryGetValue(key, out json);
    }

    /// <summary>All values as they stand for this request.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> All()
    {
        Use();
        var fields = Loaded.Record?.Fields ?? SessionRecord.NoFields;
        return _changes?.ApplyTo(fields) ?? fields;
    }

    /// <summary>
    /// Whether a key stands in the store as this request sees it, so that it can be changed there: also where the session is to be rotated, since its
    /// values stay under the old id until then.
    /// </summary>
    public bool IsStored(string key)
        => Rules.Engine.KeepsRecords && Loaded.Record is not null && (_changes is null || !(_changes.IsFlushed || _changes.IsCleared || _changes.Has(key, out _)));

    public void Set(string key, ReadOnlyMemory<byte>? json)
    {
        var changes = BeginChange();
        var was = changes.Has(key, out var before);
        changes.Set(key, json);

        if (json is null)
        {
            return;
        }

        try
        {
            CheckSize();
        }
        catch (SessionTooLargeException)
        {
            changes.Restore(key, was, before);
            throw;
        }
    }

    public void SetUser(string? userId)
    {
        if (string.Equals(UserId, userId, StringComparison.Ordinal))
        {
            return;
        }

        var changes = BeginChange();
        var (had, before) = (changes.HasUser, changes.UserId);
        changes.SetUser(userId);
        changes.StampUser(Rules.Clock.GetTimestamp(), Rules.Ended.Moment());

        if (userId is not null)
        {
            try
            {
                CheckSize();
            }
            catch (SessionTooLargeException)
            {
                changes.RestoreUser(had, before);
                throw;
            }
        }

        // Whoever knew the id before must not know the session of whoever logged in.
        Rotate();
    }

    /// <summary>What those who manage sessions call this one.</summary>
    public string? Handle
    {
        get
        {
            Use();
            return Rules.Engine.HandleOf(Loaded);
        }
    }

    /// <summary>A login that is not saved yet counts from now on.</summary>
    public void RenewLogin() => _changes?.StampUser(Rules.Clock.GetTimestamp(), Rules.Ended.Moment());

    /// <summary>Kept in whole milliseconds, and rounded up to one: zero has a meaning of its own.</summary>
    public void SetLifetime(TimeSpan? lifetime)
        => BeginChange().SetLifetime(lifetime > TimeSpan.Zero && lifetime < OneMillisecond ? OneMillisecond : lifetime);

    public void Clear()
    {
        var hadUser = UserId is not null;
        BeginChange().Clear();

        // Whoever copied the cookie of a logged-in user must not go on with it.
        if (hadUser)
        {
            Rotate();
        }
    }

    public void Flush()
    {
        BeginChange().Flush();
        _newId = null;
    }

    public void Rotate()
    {
        BeginChange().Rotate();
        _newId = null;
    }

    /// <summary>Checks that the session can still be changed, and has the answer wait for its save.</summary>
    public SessionChanges BeginChange()
    {
        Use();

        if (IsUnavailable)
        {
            throw new InvalidOperationException("The session can't be changed: its store does not answer, and OnStoreFailure is Degrade. Look at IsAvailable first.");
        }

        if (Context.Response.HasStarted)
        {
            Log.ChangedTooLate(Rules.Logger, Context.Request.Path);
            throw new InvalidOperationException("The session can't be changed any more: the answer has started, and its cookie went out with the headers.");
        }

        var saving = BeginSaving();

        if (!IsAnswerPending)
        {
            AnswerAgain();
        }
        else if (!IsThrough)
        {
            saving.Begin();
        }

        IsModified = true;
        return _changes ??= new();
    }

    public ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        BeginUse();
        return BeginLoadAsync(cancellationToken);
    }

    /// <summary>What the engine gets to write, an id for a session that begins included.</summary>
    public SessionSave MakeSave() => new(Loaded, _changes ??= new(), NeedsNewId ? _newId ??= SessionId.New() : default, Rules.Now, Tenant);

    /// <summary>What was saved is what stands now.</summary>
    public void Accept(SavedSession saved) => Take(saved);

    public SessionSaving BeginSaving() => Saving ??= new(this);

    public void DiscardChanges()
    {
        _changes?.Reset();
        _newId = null;
    }

    /// <summary>The pipeline is executed again for another answer to the same request, such as an error page.</summary>
    public void Reopen()
    {
        IsThrough = false;
        Saving?.Reopen();
    }

    // A hook changes the session when the answer's headers are complete but not out yet. The server calls what is registered meanwhile, too.
    private void AnswerAgain()
    {
        if (Rules.Engine.TakesTurns)
        {
            Log.ChangedTooLate(Rules.Logger, Context.Request.Path);
            throw new InvalidOperationException("The session can't be changed any more: the answer is on its way, and the turn of this request is over.");
        }

        AwaitAnswer();
    }

    private void CheckSize()
    {
        try
        {
            Rules.Engine.CheckSize(MakeSave());
        }
        catch (SessionTooLargeException exception)
        {
            Log.TooLarge(Rules.Logger, exception.Size, exception.Limit);
            throw;
        }
    }

    private void Use()
    {
        BeginUse();
        EnsureLoaded();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "'{Path}' changed its session after its answer had started: the change is refused.", EventName = "ChangedTooLate")]
        public static partial void ChangedTooLate(ILogger logger, PathString path);

        [LoggerMessage(2, LogLevel.Error, "A session's cookie would have {Size} bytes of {Limit}: the write is refused.", EventName = "TooLarge")]
        public static partial void TooLarge(ILogger logger, int size, int limit);
    }
}
