using System.Runtime.ExceptionServices;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>One value's change from what it is to what the application makes of it.</summary>
internal sealed class SessionUpdate<T>(SessionState state, string key, Func<T?, T> change)
{
    private T _result = default!;

    public async Task<T> RunAsync(CancellationToken cancellationToken)
    {
        await state.LoadAsync(cancellationToken).ConfigureAwait(false);

        try
        {
            if (state.IsStored(key))
            {
                state.BeginChange();
                state.Saving!.Accept(await state.Rules.Store.RunAsync(
                    () => state.Rules.Engine.UpdateAsync(state.Loaded, key, Apply, cancellationToken),
                    "update",
                    cancellationToken).ConfigureAwait(false));
            }
            else
            {
                // Nobody else can see this value yet; it is saved with the rest.
                state.Set(key, Apply(state.TryFind(key, out var json) ? json : default(ReadOnlyMemory<byte>?)));
            }
        }
        catch (ChangeFailedException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException!);
        }

        return _result;
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
            throw new ChangeFailedException(exception);
        }
    }
}
