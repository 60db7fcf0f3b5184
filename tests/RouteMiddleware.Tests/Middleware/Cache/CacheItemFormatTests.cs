using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Primitives;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheItemFormatTests
{
    // Lengths in a key are letters that no text has.
    private const string Key = "key\ud800\0ö";

    [Fact]
    public void Answer_WrittenAndRead_IsTheSame()
    {
        var answer = Answer();

        var read = Assert.IsType<StoredAnswer>(CacheItemReader.Read(Bytes(answer), Key));

        Assert.Equal(
            (answer.Status, answer.Length, answer.ETag, answer.LastModified, answer.StoredAt, answer.AgeThen, answer.FreshUntil, answer.StaleUntil, answer.KeptUntil, answer.Directives),
            (read.Status, read.Length, read.ETag, read.LastModified, read.StoredAt, read.AgeThen, read.FreshUntil, read.StaleUntil, read.KeptUntil, read.Directives));
        Assert.True(read.HadAuthorization);
        Assert.Equal(answer.Tags, read.Tags);
        Assert.Equal(answer.Headers, read.Headers);
        Assert.Equal("hello world", Encoding.ASCII.GetString(Assert.Single(read.Body).Span));
    }

    [Theory]
    [InlineData("no-store, no-cache, private, public")]
    [InlineData("must-revalidate, proxy-revalidate, must-understand, only-if-cached")]
    [InlineData("max-age=1, s-maxage=2, min-fresh=3, max-stale=4, stale-while-revalidate=5")]
    [InlineData("max-stale")]
    [InlineData("max-age=0")]
    [InlineData("")]
    public void Directives_WrittenAndRead_AreTheSame(string control)
    {
        var answer = Answer(CacheDirectives.Parse(control));

        Assert.Equal(answer.Directives, Assert.IsType<StoredAnswer>(CacheItemReader.Read(Bytes(answer), Key)).Directives);
    }

    [Fact]
    public void Marks_WrittenAndRead_AreTheSame()
    {
        var mark = Assert.IsType<VaryMark>(CacheItemReader.Read(Bytes(new VaryMark { Names = ["accept", "x-a"], KeptUntil = 5 }), Key));

        Assert.Equal(["accept", "x-a"], mark.Names);
        Assert.Equal(5, mark.KeptUntil);
        Assert.IsType<PassMark>(CacheItemReader.Read(Bytes(new PassMark { KeptUntil = 5 }), Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("key\ud800\0o")]
    [InlineData("key\ud801\0ö")]
    [InlineData("key\ud800\0öx")]
    public void K4_AnswerOfAnotherKey_IsNone(string key) => Assert.Null(CacheItemReader.Read(Bytes(Answer()), key));

    [Theory]
    [InlineData("a\r\nSet-Cookie: x=1")]
    [InlineData("a\u0001")]
    [InlineData("ä")]
    [InlineData("\ud800")]
    public void Answer_WithAHeaderThatIsNotPlain_IsNotWritten(string value)
        => Assert.Null(CacheItemWriter.Write(Answer(header: value), Key, 100_000));

    [Fact]
    public void Answer_LargerThanTheStoreTakes_IsNotWritten()
    {
        var length = Bytes(Answer()).Length;

        Assert.NotNull(CacheItemWriter.Write(Answer(), Key, length));
        Assert.Null(CacheItemWriter.Write(Answer(), Key, length - 1));
    }

    [Fact]
    public void Bytes_CutAnywhere_AreNone()
    {
        var bytes = Bytes(Answer()).ToArray();

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(CacheItemReader.Read(bytes.AsMemory(0, length), Key));
            Assert.Null(CacheItemReader.Read(Sealed(bytes[..length]), Key));
        }

        Assert.Null(CacheItemReader.Read(Sealed([.. bytes, 0]), Key));
    }

    [Fact]
    public void Bytes_WithOneBitTurned_AreNone()
    {
        var bytes = Bytes(Answer()).ToArray();

        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));

            // The kind alone is outside of the checksum; as another kind the bytes do not add up.
            Assert.Null(CacheItemReader.Read(bytes, Key));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    /// <summary>As one who can write into the store would: the checksum is right, anything else may be wrong.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Bytes_Forged_AreReadOrNoneAndNeverMakeMuchOfLittle(int seed)
    {
        var random = new Random(seed);
        ReadOnlyMemory<byte>[] sources = [Bytes(Answer()), Bytes(new VaryMark { Names = ["accept"], KeptUntil = 5 }), Bytes(new PassMark { KeptUntil = 5 })];
        var most = 0L;

        for (var i = 0; i < 50_000; i++)
        {
            var bytes = sources[random.Next(sources.Length)].ToArray();

            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                var at = random.Next(bytes.Length);
                _ = random.Next(3) switch
                {
                    0 => bytes[at] = (byte)random.Next(256),
                    1 => bytes[at] = 0xFF,
                    _ => BinaryPrimitives.TryWriteInt32LittleEndian(bytes.AsSpan(at), random.Next(int.MinValue, int.MaxValue)) ? (byte)0 : (byte)1,
                };
            }

            bytes = Sealed(random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var item = CacheItemReader.Read(bytes, Key);
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);

            if (item is StoredAnswer answer)
            {
                Assert.InRange(answer.Status, 200, 599);
                Assert.All(answer.Headers, static header => Assert.DoesNotContain(header.Value.ToString(), static letter => letter is < ' ' and not '\t' or > '~'));
                _ = answer.AgeAt(answer.FreshUntil);
            }
        }

        // A few times the bytes there are: texts are twice as long in memory, and have heads.
        Assert.InRange(most, 1, 16 * 1024);
    }

    private static ReadOnlyMemory<byte> Bytes(CacheItem item) => Assert.NotNull(CacheItemWriter.Write(item, Key, 100_000));

    private static byte[] Sealed(byte[] bytes)
    {
        if (bytes.Length >= CacheItemFormat.HeadLength)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2), CacheItemFormat.Checksum(bytes.AsSpan(CacheItemFormat.HeadLength)));
        }

        return bytes;
    }

    private static StoredAnswer Answer(CacheDirectives? directives = null, string header = "b\tc") => new()
    {
        Status = 203,
        Headers = [new("Content-Type", "text/plain"), new("X-A", new StringValues(["a", header])), new("X-Empty", "")],
        Body = ["hello "u8.ToArray(), "world"u8.ToArray()],
        Length = 11,
        ETag = "\"e\"",
        LastModified = new ManualClock().GetUtcNow(),
        StoredAt = 1_000,
        AgeThen = 7,
        FreshUntil = 2_000,
        StaleUntil = 3_000,
        KeptUntil = 4_000,
        Directives = directives ?? CacheDirectives.Parse("max-age=60, public"),
        HadAuthorization = true,
        Tags = ["t:a", "t:\ud800"],
    };
}
