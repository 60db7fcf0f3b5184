using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>The names under which alike limits of one place count in a store.</summary>
public sealed class StoreNameTests
{
    [Theory]
    [InlineData("Include:0", "/a/b", "Exclude:0", "/c")]
    [InlineData("Options:Cost", "1", "Options:Cost", "2")]
    [InlineData("Options:Window", "1m", "Options:Window", "1h")]
    public async Task R18_AlikeLimits_InAnotherOrderAfterTheNextStart_KeepTheirNames(string firstKey, string first, string secondKey, string second)
    {
        var before = await NamesAsync((firstKey, first), (secondKey, second));
        var after = await NamesAsync((secondKey, second), (firstKey, first));

        Assert.Equal(2, before.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(before, after.Reverse());
    }

    [Theory]
    [InlineData("Options:Cost", "2")]
    [InlineData("Include:0", "/a")]
    public async Task R18_Limit_ThatSaysSomethingElse_CountsAnew(string key, string value)
    {
        var before = await NamesAsync(("Enabled", "true"));
        var after = await NamesAsync((key, value));

        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task R18_Limit_WithAnotherNumberOfPermits_GoesOnWithWhatIsTaken()
        => Assert.Equal(await NamesAsync(("Options:PermitLimit", "5")), await NamesAsync(("Options:PermitLimit", "50")));

    private static async Task<string[]> NamesAsync(params (string Key, string Value)[] limits)
    {
        var store = new FakeStore();
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddSingleton<IRateLimitStore>(store).AddRouteMiddleware(),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/a/b", static () => "");
            },
            [
                new("RouteMiddleware:RateLimit:Store", "fake"),
                .. limits.SelectMany(static (limit, index) => new KeyValuePair<string, string?>[]
                {
                    new($"RouteMiddleware:Middleware:{index}:Name", "rate_limit"),
                    new($"RouteMiddleware:Middleware:{index}:{limit.Key}", limit.Value),
                }),
            ]);
        using var response = await app.Client.GetAsync(new Uri("/a/b", UriKind.Relative));

        return [.. store.Questions.SelectMany(static question => question.Policies).Select(static policy => policy.Id)];
    }
}
