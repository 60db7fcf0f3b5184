using RouteMiddleware.Contrib.Session.Sealing;

namespace RouteMiddleware.Contrib.Session.Tests.Sealing;

/// <summary>LIMITS S3: a key serves one secret, one purpose and one cookie name.</summary>
public sealed class SealingKeyTests
{
    [Fact]
    public void S3_Keys_DifferBySecretPurposeAndName_InBytesAndId()
    {
        var (one, two) = (new byte[32], new byte[32]);
        two[31] = 1;
        SealingKey[] keys =
        [
            SealingKey.Derive(one, "p", "n"),
            SealingKey.Derive(two, "p", "n"),
            SealingKey.Derive(one, "q", "n"),
            SealingKey.Derive(one, "p", "m"),
        ];

        Assert.Equal(4, keys.Select(static key => Convert.ToHexString(key.Bytes)).Distinct().Count());
        Assert.Equal(4, keys.Select(static key => key.Id).Distinct().Count());
        Assert.Equal(keys[0].Bytes, SealingKey.Derive(one, "p", "n").Bytes);
    }
}
