using RouteMiddleware.Contrib.Session.Engines.Redis;
using RouteMiddleware.Contrib.Session.Tests.Support;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>Lists as the server's own packer makes them: each form of length, and the borders between them.</summary>
public sealed class PackedTextsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1, 0, 1, 31, 32, 255, 256, 65_535, 65_536)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task WhatTheServerPacks_IsRead(int count, params int[] lengths)
    {
        RedisValue[] texts = lengths.Length > 0 ? [.. lengths.Select(static length => (RedisValue)new string('x', length))] : [.. Enumerable.Range(0, count).Select(static number => (RedisValue)number.ToString(System.Globalization.CultureInfo.InvariantCulture))];

        var packed = new PackedTexts(await PackAsync(texts));

        Assert.Equal(texts.Length, packed.Count);
        Assert.All(texts, text => Assert.Equal((string)text!, System.Text.Encoding.UTF8.GetString(packed.Next().Span)));
    }

    [Fact]
    public async Task WhatIsCutOff_IsRefused_WhereverTheCutIs()
    {
        var whole = await PackAsync([new string('a', 3), new string('b', 40), new string('c', 300)]);

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<FormatException>(() => ReadAll(whole.AsMemory(0, length)));
        }

        ReadAll(whole);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x80)]
    [InlineData(0xa1, 0x61)]
    [InlineData(0x91, 0x01)]
    [InlineData(0x91, 0xc0)]
    [InlineData(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff)]
    [InlineData(0xdd, 0xff, 0xff, 0xff, 0xff)]
    public void WhatIsNoListOfTexts_IsRefused(params int[] bytes)
        => Assert.Throws<FormatException>(() => ReadAll(bytes.Select(static value => (byte)value).ToArray()));

    private static void ReadAll(ReadOnlyMemory<byte> packed)
    {
        var texts = new PackedTexts(packed);

        for (var i = 0; i < texts.Count; i++)
        {
            texts.Next();
        }
    }

    private static async Task<byte[]> PackAsync(RedisValue[] texts)
    {
        var server = await SharedRedis.GetAsync();
        await using var client = new Client(await ConnectionMultiplexer.ConnectAsync(server.Configuration));
        return (byte[])(await client.Database.ScriptEvaluateAsync("local t = {} for i = 1, #ARGV do t[i] = ARGV[i] end return cmsgpack.pack(t)", [], texts))!;
    }

    private sealed class Client(ConnectionMultiplexer multiplexer) : IAsyncDisposable
    {
        public IDatabase Database => multiplexer.GetDatabase();

        public ValueTask DisposeAsync() => new(Task.Run(() => multiplexer.Close(allowCommandsToComplete: false)));
    }
}
