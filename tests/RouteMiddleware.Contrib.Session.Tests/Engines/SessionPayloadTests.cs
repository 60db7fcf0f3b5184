using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Tests.Engines;

public sealed class SessionPayloadTests
{
    private static readonly SessionLifetimes Lifetimes = new(TimeSpan.FromHours(1), null, null);

    public static TheoryData<string?, int?> Forms => new() { { null, null }, { "", 0 }, { "ädä", 3600 } };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Payload_ReadsBackWhatWasWritten_AndNoOtherLength(string? user, int? lifetime)
    {
        var id = SessionId.New();
        var bytes = SessionPayload.Write(id, new()
        {
            CreatedAt = 1,
            RenewedAt = 2,
            ExpiresAt = 3,
            UserId = user,
            Lifetime = lifetime is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Fields = new Dictionary<string, ReadOnlyMemory<byte>> { ["ä"] = "1"u8.ToArray(), ["b"] = "[]"u8.ToArray() },
        });

        Assert.True(SessionPayload.TryRead(bytes, Lifetimes, out var readId, out var record));
        Assert.Equal(id, readId);
        Assert.Equal((1, 2, user, lifetime), (record.CreatedAt, record.RenewedAt, record.UserId, (int?)record.Lifetime?.TotalSeconds));
        Assert.Equal(["b", "ä"], record.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("[]"u8.ToArray(), record.Fields["b"].ToArray());
        Assert.Equal(2 + (lifetime is > 0 ? lifetime.Value : 3600) * 1000L, record.ExpiresAt);

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(SessionPayload.TryRead(bytes[..length], Lifetimes, out _, out _));
        }

        Assert.False(SessionPayload.TryRead([.. bytes, 0], Lifetimes, out _, out _));
    }

    [Fact]
    public void Payload_OfAnyBytes_NeitherThrowsNorAllocatesWithoutBound()
    {
        var bytes = new byte[64];

        // Every value at every place where a length or a count may stand.
        for (var i = SessionId.Size; i < bytes.Length; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                bytes[i] = (byte)value;
                _ = SessionPayload.TryRead(bytes, Lifetimes, out _, out _);
            }

            bytes[i] = 0;
        }

        Array.Fill(bytes, byte.MaxValue);
        Assert.False(SessionPayload.TryRead(bytes, Lifetimes, out _, out _));
    }
}
