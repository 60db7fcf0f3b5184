using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Settings;

public sealed class ClaimedSectionTests
{
    [Fact]
    public async Task Section_Claimed_GivesItsOptionsByName()
    {
        await using var app = await StartAsync(("RouteMiddleware:Store:Place", "here"));

        var place = app.App.Services.GetRequiredService<ISharedOptions>().Get<StoreOptions>("store");

        Assert.Equal(("here", 3), (place.Place, place.Tries));
    }

    [Theory]
    [InlineData("RouteMiddleware:Store:Plase", "'Plase' is no option of StoreOptions.")]
    [InlineData("RouteMiddleware:Stores:Place", "Nothing has a section 'Stores'.")]
    public async Task Section_WithAKeyThatNobodyKnows_RefusesTheStart(string key, string what)
    {
        var refused = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync((key, "here")));

        Assert.Equal(what, Assert.Single(refused.Faults).What);
    }

    [Fact]
    public void Section_ClaimedForTwoClasses_Throws()
        => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddRouteMiddleware().AddSection<StoreOptions>("Store").AddSection<OtherOptions>("store"));

    private static Task<TestApp> StartAsync(params (string Key, string Value)[] settings) => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware()
            .AddSection<StoreOptions>("Store", static options => options.Place = "there")
            .AddSection<StoreOptions>("Store", static options => options.Tries = 3),
        static _ => { },
        settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));

    private sealed class StoreOptions
    {
        public string Place { get; set; } = "";

        public int Tries { get; set; }
    }

    private sealed class OtherOptions;
}
