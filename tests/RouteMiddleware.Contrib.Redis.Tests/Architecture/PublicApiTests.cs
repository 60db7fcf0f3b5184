using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Architecture;

public sealed class PublicApiTests
{
    private const string Listing = "src/RouteMiddleware.Contrib.Redis/PublicApi.txt";

    /// <summary>Changes of the public API are made on purpose: the listing is part of the change and of its review.</summary>
    [Fact]
    public void PublicApi_OfThePackage_IsAsListed()
    {
        var actual = PublicApi.List(typeof(IRedisConnection).Assembly);

        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") is "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Listing), actual);
        }

        Assert.Equal(Repository.Read(Listing), actual);
    }
}
