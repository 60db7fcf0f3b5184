using System.Runtime.ExceptionServices;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>One value's change from what it is to what the application makes of it.</summary>
internal sealed class SessionUpdate<T>(SessionState state, string key, Func<T?, T> change)
{
    private T _result = default!;
    private Exception? _fault;

    public async Task<T> RunAsync(CancellationToken cancellationToken)
    {
        await state.LoadAsync(cancellationToken).ConfigureAwait(false);

        if (!state.IsStored(key))
        {
            // Nobody else can see this value yet; it is saved with the rest.
            state.Set(key, Apply(state.TryFind(key, out var json) ? json : default(ReadOnlyMemory<byte>?)));
            return _result;
        }

        state.BeginChange();

        try
        {
            var call = state.Rules.Engine.UpdateAsync(state.Loaded, key, Apply, cancellationToken);
            var saved = call.IsCompletedSuccessfully
                ? call.Result
                : await state.Rules.Store.RunAsync(call.AsTask(), "update", cancellationToken).ConfigureAwait(false);

            state.Saving!.Accept(saved);
            return _result;
        }
        catch (SessionUnavailableException exception)
        {
            if (_fault is not null)
            {
                // The change itself threw, not the store.
                ExceptionDispatchInfo.Throw(_fault);
            }

            state.Saving!.Fail(ExceptionDispatchInfo.Capture(exception), SessionRules.StoreFailed);
            throw;
        }
    }

    private ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte>? old)
    {
        try
        {
            _result = change(old is { } value ? state.Rules.Json.Read<T>(value.Span) : default);
            return state.Rules.Json.Write(_result);
        }
        catch (Exception exception)
        {
            _fault = exception;
            throw;
        }
    }
}
