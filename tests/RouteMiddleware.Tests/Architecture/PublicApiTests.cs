using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Architecture;

public sealed class PublicApiTests
{
    private const string Listing = "src/RouteMiddleware/PublicApi.txt";

    /// <summary>Changes of the public API are made on purpose: the listing is part of the change and of its review.</summary>
    [Fact]
    public void PublicApi_OfTheCore_IsAsListed()
    {
        var actual = PublicApi.List(typeof(HookMiddleware).Assembly);

        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") is "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Listing), actual);
        }

        Assert.Equal(Repository.Read(Listing), actual);
    }

    [Fact]
    public void Classes_OfTheCore_AreSealedOrMeantToBeDerived()
    {
        var open = typeof(HookMiddleware).Assembly.GetTypes()
            .Where(static type => type is { IsClass: true, IsAbstract: false, IsSealed: false } && !type.Name.Contains('<', StringComparison.Ordinal));

        Assert.Empty(open);
    }
}
