using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>An engine behind which a store of one session waits, fails or hangs, as a test says.</summary>
internal sealed class FailingEngine : ISessionEngine, ISessionEngineSource
{
    private readonly SessionLifetimes _lifetimes = new(TimeSpan.FromHours(1), null, null);
    private SessionRecord? _record;

    public bool LoadFails { get; set; }

    public bool SaveFails { get; set; }

    public bool ThrowsAtOnce { get; set; }

    public bool SaveHangs { get; set; }

    public bool UpdateFails { get; set; }

    public TaskCompletionSource Hanging { get; } = new();

    public int Calls { get; private set; }

    public bool LoadsAtOnce => false;

    public bool TakesTurns => false;

    public bool KeepsRecords => true;

    public ISessionEngine Create(SessionOptions options) => this;

    public async ValueTask<LoadedSession> LoadAsync(CookieValues cookies, CancellationToken cancellationToken)
    {
        await WaitAsync(LoadFails);
        return new(default, _record);
    }

    public ValueTask<SavedSession> SaveAsync(SessionSave save, CancellationToken cancellationToken)
        => SaveFails && ThrowsAtOnce ? throw new IOException("The store is down.") : SaveLaterAsync(save);

    private async ValueTask<SavedSession> SaveLaterAsync(SessionSave save)
    {
        await WaitAsync(SaveFails);

        if (SaveHangs)
        {
            Hanging.SetResult();
            await new TaskCompletionSource().Task;
        }

        _record = save.Changes.ApplyTo(save.Loaded.Record, _lifetimes, save.Now);
        return new(SaveOutcome.Saved, "x", new(save.NewId, _record));
    }

    public async ValueTask<SavedSession> UpdateAsync(LoadedSession session, string key, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        await WaitAsync(UpdateFails);
        change(null);
        return new(SaveOutcome.Saved, "x", session);
    }

    public void CheckSize(SessionSave save)
    {
    }

    public void Release(object handle)
    {
    }

    private async Task WaitAsync(bool fails)
    {
        Calls++;
        await Task.Yield();

        if (fails)
        {
            throw new IOException("The store is down.");
        }
    }
}
