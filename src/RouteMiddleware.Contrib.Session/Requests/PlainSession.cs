using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>
/// ASP.NET Core's own session on the same data. Texts are the same on both sides (<c>SetString</c> and <c>Set&lt;string&gt;</c>); other bytes are kept so
/// that this side reads back what it wrote.
/// </summary>
internal sealed class PlainSession(SessionState state) : ISession
{
    private static ReadOnlySpan<byte> BytesStart => "{\"$bytes\":\""u8;

    private static ReadOnlySpan<byte> BytesEnd => "\"}"u8;

    public bool IsAvailable => state.IsAvailable;

    public string Id => state.Id;

    public IEnumerable<string> Keys => [.. state.All().Keys];

    public Task LoadAsync(CancellationToken cancellationToken = default) => state.LoadAsync(cancellationToken).AsTask();

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        await state.LoadAsync(cancellationToken).ConfigureAwait(false);
        await state.BeginSaving().SaveAsync().ConfigureAwait(false);
    }

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        value = state.TryFind(key, out var json) ? FromJson(json.Span) : null;
        return value is not null;
    }

    public void Set(string key, byte[] value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        state.Set(key, ToJson(value));
    }

    public void Remove(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);

        if (state.TryFind(key, out _))
        {
            state.Set(key, null);
        }
    }

    public void Clear() => state.Clear();

    private byte[] ToJson(byte[] value)
        => Utf8.IsValid(value)
            ? state.Rules.Json.Write(Encoding.UTF8.GetString(value))
            : [.. BytesStart, .. Encoding.ASCII.GetBytes(Convert.ToBase64String(value)), .. BytesEnd];

    private byte[] FromJson(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("\""u8))
        {
            return Encoding.UTF8.GetBytes(state.Rules.Json.Read<string>(json)!);
        }

        return json.StartsWith(BytesStart) && json.EndsWith(BytesEnd)
            ? Convert.FromBase64String(Encoding.ASCII.GetString(json[BytesStart.Length..^BytesEnd.Length]))
            : json.ToArray();
    }
}
