using System.Collections.Concurrent;
using System.Security.Cryptography;
using RouteMiddleware.Middleware.RequestId;

namespace RouteMiddleware.Tests.Middleware.RequestId;

public sealed class RequestIdSourceTests
{
    [Fact]
    public void Ids_OfOneBlock_AreItsBytesInOrderAndNoneTwice()
    {
        var source = new RequestIdSource(new CountingRandom());

        Assert.Equal("000102030405060708090a0b0c0d0e0f", source.Next());
        Assert.Equal("101112131415161718191a1b1c1d1e1f", source.Next());
    }

    [Fact]
    public void Random_IsAsked_OncePer256Ids()
    {
        var random = new CountingRandom();
        var source = new RequestIdSource(random);

        for (var i = 0; i < 256; i++)
        {
            source.Next();
        }

        Assert.Equal(1, random.Calls);
        source.Next();
        Assert.Equal(2, random.Calls);
    }

    [Fact]
    public void Ids_TakenOnManyThreads_AreAllDifferent()
    {
        using var random = RandomNumberGenerator.Create();
        var source = new RequestIdSource(random);
        var ids = new ConcurrentBag<string>();

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                ids.Add(source.Next());
            }
        });

        Assert.Equal(80_000, ids.ToHashSet(StringComparer.Ordinal).Count);
    }

    private sealed class CountingRandom : RandomNumberGenerator
    {
        private byte _next;

        public int Calls { get; private set; }

        public override void GetBytes(byte[] data)
        {
            Calls++;

            for (var i = 0; i < data.Length; i++)
            {
                data[i] = _next++;
            }
        }
    }
}
