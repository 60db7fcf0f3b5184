using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>One request's session: loaded at the first use, changed in memory, saved by <see cref="SessionSaving"/>.</summary>
internal sealed partial class SessionState(SessionRules rules, HttpContext context)
{
    private readonly SessionChanges _changes = new();
    private LoadedSession _loaded;
    private LoadedSession _held;
    private SessionId? _newId;
    private SessionSaving? _saving;
    private bool _isLoaded;
    private bool _isUnavailable;
    private bool _isOver;

    public SessionRules Rules { get; } = rules;

    public HttpContext Context { get; } = context;

    /// <summary>Whether anything was asked of the session.</summary>
    public bool IsUsed { get; private set; }

    public bool IsAvailable
    {
        get
        {
            EnsureLoaded();
            return !_isUnavailable;
        }
    }

    /// <summary>Whether the request changed anything, saved or not.</summary>
    public bool IsModified { get; private set; }

    public SessionSaving? Saving => _saving;

    /// <summary>The session as the engine found or last saved it.</summary>
    public LoadedSession Loaded => _loaded;

    /// <summary>Whether there is anything that the answer must wait for.</summary>
    public bool NeedsSave => _changes.Any || (_isLoaded && _loaded.Record is { } record && Rules.Lifetimes.IsRenewalDue(record, Rules.Now));

    public bool IsNew
    {
        get
        {
            EnsureLoaded();
            return _loaded.Record is null || _changes.IsFlushed;
        }
    }

    public string Id
    {
        get
        {
            EnsureLoaded();
            return NeedsNewId ? (_newId ??= SessionId.New()).ToString()! : _loaded.Id.ToString();
        }
    }

    public string? UserId
    {
        get
        {
            EnsureLoaded();
            return _changes.HasUser ? _changes.UserId : _changes.IsFlushed ? null : _loaded.Record?.UserId;
        }
    }

    private bool NeedsNewId => _loaded.Record is null || _changes.IsFlushed || _changes.IsRotated;

    private CookieValues Cookies => new(Context.Request.Headers.Cookie, Rules.Cookie.Name);

    public bool HasCookie => Cookies.Any();

    /// <summary>The value of a key as it stands for this request.</summary>
    public bool TryFind(string key, out ReadOnlyMemory<byte> json)
    {
        EnsureLoaded();
        json = default;

        if (_changes.TryFind(key, out var changed))
        {
            json = changed.GetValueOrDefault();
            return changed is not null;
        }

        return _loaded.Record is { } record && record.Fields.TryGetValue(key, out json);
    }

    /// <summary>All values as they stand for this request.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> All()
    {
        EnsureLoaded();
        return _changes.ApplyTo(_loaded.Record?.Fields ?? SessionRecord.NoFields);
    }

    public void Set(string key, ReadOnlyMemory<byte>? json)
    {
        BeginChange();
        var was = _changes.Has(key, out var before);
        _changes.Set(key, json);

        if (json is not null)
        {
            try
            {
                Rules.Engine.CheckSize(MakeSave());
            }
            catch (SessionTooLargeException exception)
            {
                _changes.Restore(key, was, before);
                Log.TooLarge(Rules.Logger, exception.Size, exception.Limit);
                throw;
            }
        }
    }

    public void SetUser(string? userId)
    {
        if (string.Equals(UserId, userId, StringComparison.Ordinal))
        {
            return;
        }

        BeginChange();
        _changes.SetUser(userId);

        // Whoever knew the id before must not know the session of whoever logged in.
        Rotate();
    }

    public void SetLifetime(TimeSpan? lifetime)
    {
        BeginChange();
        _changes.SetLifetime(lifetime);
    }

    public void Clear()
    {
        BeginChange();
        _changes.Clear();
    }

    public void Flush()
    {
        BeginChange();
        _changes.Flush();
        _newId = null;
    }

    public void Rotate()
    {
        BeginChange();
        _changes.Rotate();
        _newId = null;
    }

    public ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        Use();

        if (_isLoaded)
        {
            return default;
        }

        if (!Rules.Engine.LoadsAtOnce)
        {
            if (HasCookie)
            {
                return LoadFromStoreAsync(cancellationToken);
            }

            Accept(default(LoadedSession));
            return default;
        }

        LoadAtOnce();
        return default;
    }

    public SessionSave MakeSave() => new(_loaded, _changes, _newId ?? default, Rules.Now);

    /// <summary>A save with its id made, for the engine to write.</summary>
    public SessionSave MakeFinalSave()
    {
        if (NeedsNewId)
        {
            _newId ??= SessionId.New();
        }

        return MakeSave();
    }

    /// <summary>What was saved is what stands now.</summary>
    public void Accept(SavedSession saved)
    {
        // A session that is gone stays gone for the rest of the request.
        _loaded = saved.Outcome == SaveOutcome.Dropped ? new(default, null, null, WasRotated: true) : saved.Session;
        _newId = null;
    }

    public void DiscardChanges() => _changes.Reset();

    /// <summary>Whether a key stands in the store as this request sees it, so that it can be changed there.</summary>
    public bool IsStored(string key) => Rules.Engine.KeepsRecords && !NeedsNewId && !_changes.IsCleared && !_changes.Has(key, out _);

    /// <summary>The request needs the session no longer.</summary>
    public void Release()
    {
        if (_held.Handle is not null)
        {
            Rules.Engine.Release(_held);
            _held = default;
        }
    }

    /// <summary>Whoever kept the session beyond its request gets an error, not another request's data.</summary>
    public void Close()
    {
        Release();
        _isOver = true;
    }

    private async ValueTask LoadFromStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            var loading = LoadAsTaskAsync(cancellationToken);
            Accept(await Rules.Store.RunAsync(loading, "load", cancellationToken, bounded: !Rules.Engine.TakesTurns).ConfigureAwait(false));
        }
        catch (SessionUnavailableException) when (Rules.Degrades)
        {
            _isUnavailable = true;
            _isLoaded = true;
        }
        catch (SessionUnavailableException exception)
        {
            _saving!.Fail(ExceptionDispatchInfo.Capture(exception), SessionRules.StoreFailed);
            throw;
        }
    }

    // Whatever an engine throws, thrown at once or later, comes out of the task.
    private async Task<LoadedSession> LoadAsTaskAsync(CancellationToken cancellationToken)
        => await Rules.Engine.LoadAsync(Cookies, cancellationToken).ConfigureAwait(false);

    private void LoadAtOnce()
    {
        var loading = Rules.Engine.LoadAsync(Cookies, CancellationToken.None);
        Accept(loading.IsCompleted ? loading.Result : throw new InvalidOperationException("The engine promised to load at once."));
    }

    private void Accept(LoadedSession loaded)
    {
        _loaded = loaded;
        _held = loaded;
        _isLoaded = true;
    }

    private void EnsureLoaded()
    {
        if (_isLoaded && !_isOver)
        {
            return;
        }

        Use();

        if (Rules.Engine.LoadsAtOnce)
        {
            LoadAtOnce();
        }
        else if (!HasCookie)
        {
            Accept(default(LoadedSession));
        }
        else
        {
            throw NotLoaded();
        }
    }

    private static InvalidOperationException NotLoaded() => new InvalidOperationException("The session is not loaded yet. Take RouteSession as a parameter of the handler, or await its LoadAsync() before its other members.");

    private void Use()
    {
        if (_isOver)
        {
            throw new InvalidOperationException("The request of this session is over. Copy what is needed out of the session while the request runs.");
        }

        if (!IsUsed)
        {
            IsUsed = true;
            _saving = new(this);
        }
    }

    /// <summary>Checks that the session can still be changed, and has the answer wait for its save.</summary>
    public void BeginChange()
    {
        EnsureLoaded();

        if (_isUnavailable)
        {
            throw new InvalidOperationException("The session can't be changed: its store does not answer, and OnStoreFailure is Degrade. Look at IsAvailable first.");
        }

        if (Context.Response.HasStarted)
        {
            Log.ChangedTooLate(Rules.Logger, Context.Request.Path);
            throw new InvalidOperationException("The session can't be changed any more: the answer has started, and its cookie went out with the headers.");
        }

        IsModified = true;
        _saving!.Begin();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "'{Path}' changed its session after its answer had started: the change is refused.", EventName = "ChangedTooLate")]
        public static partial void ChangedTooLate(ILogger logger, PathString path);

        [LoggerMessage(2, LogLevel.Error, "A session's cookie would have {Size} bytes of {Limit}: the write is refused.", EventName = "TooLarge")]
        public static partial void TooLarge(ILogger logger, int size, int limit);
    }
}
