using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Contrib.Session.Records;
using RouteMiddleware.Contrib.Session.Requests;

namespace RouteMiddleware.Contrib.Session;

/// <summary>
/// The request's session: a handler parameter, or <c>context.GetRouteSession()</c>. Values are JSON: what is read is a copy, and a change to it counts
/// once it is set again. Changes are saved before the first byte of the answer goes out, and not at all where the handler throws or answers 5xx.
/// For one request and one thread at a time.
/// </summary>
[Requires("session")]
[SuppressMessage("Naming", "CA1711", Justification = "It is the name that handlers know.")]
public sealed class RouteSession
{
    private readonly SessionState _state;

    internal RouteSession(SessionState state) => _state = state;

    /// <summary>The session's id. A session that begins has one already; nobody else knows it before it is saved.</summary>
    public string Id => _state.Id;

    /// <summary>Whether the request brought no valid session.</summary>
    public bool IsNew => _state.IsNew;

    /// <summary>Whether this request changed the session.</summary>
    public bool IsModified => _state.IsModified;

    /// <summary>Whether the session could be read; <see langword="false"/> only with <see cref="SessionStoreFailure.Degrade"/> while the store fails.</summary>
    public bool IsAvailable => _state.IsAvailable;

    /// <summary>The user whose session this is, or <see langword="null"/> while nobody is logged in. Setting another one rotates the id.</summary>
    /// <exception cref="InvalidOperationException">The answer has started.</exception>
    /// <exception cref="SessionTooLargeException">The session would not fit into its cookie; it is as it was.</exception>
    public string? UserId
    {
        get => _state.UserId;
        set => _state.SetUser(value);
    }

    /// <summary>The keys, in no certain order.</summary>
    public IReadOnlyCollection<string> Keys => [.. _state.All().Keys];

    /// <summary>The number of keys.</summary>
    public int Count => _state.All().Count;

    /// <summary>A value. Texts, numbers and truth values come back as such, anything else as <see cref="System.Text.Json.JsonElement"/>; <see langword="null"/> where there is none.</summary>
    /// <param name="key">The key; compared exactly.</param>
    public object? this[string key]
    {
        get => TryFind(key, out var json) ? SessionJson.ReadObject(json.Span) : null;
        set => _state.Set(Checked(key), _state.Rules.Json.WriteObject(value));
    }

    internal string? Handle => _state.Handle;

    /// <summary>Hands the session to a handler that takes it as a parameter. Loads it where that means waiting.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidOperationException">No <c>session</c> runs on this request.</exception>
    public static ValueTask<RouteSession?> BindAsync(HttpContext context)
    {
        var session = context.GetRouteSession();

        if (session._state.Rules.Engine.LoadsAtOnce)
        {
            return new(session);
        }

        var loading = session._state.LoadAsync(context.RequestAborted);
        return loading.IsCompletedSuccessfully ? new(session) : AwaitAsync(loading, session);

        static async ValueTask<RouteSession?> AwaitAsync(ValueTask loading, RouteSession session)
        {
            await loading.ConfigureAwait(false);
            return session;
        }
    }

    /// <summary>Loads the session now, outside a handler that takes it as a parameter. Needed only where loading means waiting.</summary>
    /// <param name="cancellationToken">Gives the loading up.</param>
    /// <returns>A task that ends when the session is loaded.</returns>
    /// <exception cref="SessionUnavailableException">The store failed.</exception>
    public ValueTask LoadAsync(CancellationToken cancellationToken = default) => _state.LoadAsync(cancellationToken);

    /// <summary>A copy of a value.</summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <param name="key">The key; compared exactly.</param>
    /// <returns>The value, or the type's default where there is none.</returns>
    /// <exception cref="System.Text.Json.JsonException">The value is of another type.</exception>
    public T? Get<T>(string key) => TryFind(key, out var json) ? _state.Rules.Json.Read<T>(json.Span) : default;

    /// <summary>Sets a value.</summary>
    /// <typeparam name="T">The type to write it as.</typeparam>
    /// <param name="key">The key; compared exactly.</param>
    /// <param name="value">The value: at most 16 levels deep.</param>
    /// <exception cref="InvalidOperationException">The answer has started.</exception>
    /// <exception cref="SessionTooLargeException">The session would not fit into its cookie; it is as it was.</exception>
    public void Set<T>(string key, T value) => _state.Set(Checked(key), _state.Rules.Json.Write(value));

    /// <summary>Takes a value out.</summary>
    /// <param name="key">The key; compared exactly.</param>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string key)
    {
        if (!TryFind(key, out _))
        {
            return false;
        }

        _state.Set(key, null);
        return true;
    }

    /// <summary>Whether there is a value.</summary>
    /// <param name="key">The key; compared exactly.</param>
    /// <returns>Whether there is a value.</returns>
    public bool ContainsKey(string key) => TryFind(key, out _);

    /// <summary>Takes all values and the user out. The session goes on under its id, or under a new one where it had a user; left empty, it ends as with <see cref="Flush"/>.</summary>
    public void Clear() => _state.Clear();

    /// <summary>Ends the session: values, user, stored record and id. For logging out. What is set afterwards begins another session.</summary>
    public void Flush() => _state.Flush();

    /// <summary>Gives the session a new id; the old one is worthless from the save on. For logging in.</summary>
    public void RotateId() => _state.Rotate();

    /// <summary>Sets how long this session lives after it was last saved; the timeouts of the options still hold.</summary>
    /// <param name="lifetime"><see langword="null"/> for the default, zero until the browser closes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is negative.</exception>
    public void SetExpiry(TimeSpan? lifetime)
    {
        if (lifetime is { } span)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero, nameof(lifetime));
        }

        _state.SetLifetime(lifetime);
    }

    /// <summary>
    /// Changes a value atomically where there is a store: reads it, calls <paramref name="change"/>, and writes the result if nobody was faster; again if
    /// someone was. Written at once: it stays even if the handler throws later. In a cookie it is a mere get and set.
    /// </summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key; compared exactly.</param>
    /// <param name="change">Gives the new value for the old one, which is the type's default where there is none. May be called more than once.</param>
    /// <param name="cancellationToken">Gives the change up.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="SessionUnavailableException">The store failed.</exception>
    public Task<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new SessionUpdate<T>(_state, Checked(key), change).RunAsync(cancellationToken);
    }

    internal void RenewLogin() => _state.RenewLogin();

    private static string Checked(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return key;
    }

    private bool TryFind(string key, out ReadOnlyMemory<byte> json) => _state.TryFind(Checked(key), out json);
}
