using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Introspection;

/// <summary>P2: what is listed is what runs.</summary>
public sealed class ListedChainTests
{
    private const int Routes = 64;

    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f"];

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public async Task P2_TheListedChain_IsWhatALiveRequestRecords(uint seed)
    {
        await using var app = await StartAsync(seed, Routes);
        var chains = app.App.Services.GetRequiredService<IMiddlewareChains>();

        Assert.Equal(Routes, chains.Routes.Count);
        Assert.True(chains.Routes.Select(static route => string.Join(' ', route.Links)).Distinct(StringComparer.Ordinal).Count() > Routes / 2);

        foreach (var route in chains.Routes)
        {
            var path = route.Template!;
            var listed = route.Links.Where(link => Runs(link, path)).Select(static link => link.Name).ToArray();

            Assert.Equal(string.Join(' ', listed), await app.Client.TrailAsync(path));
            Assert.Equal(route.Links.Select(static link => link.ToString()), chains.Of(route.Endpoint).Select(static link => link.ToString()));
        }

        Assert.Equal(string.Join(' ', chains.Describe(null).Links.Where(static link => Runs(link, "/nowhere"))), await app.Client.TrailAsync("/nowhere"));
    }

    [Fact]
    public async Task P2_AfterTheStart_NothingIsFoundOutAnew()
    {
        List<int> shares = [];

        foreach (var count in new[] { 100, 200, 400 })
        {
            await using var app = await TestApp.StartAsync(
                builder => Steps(builder.Services.AddRouteMiddleware()).AddGroup("all", Names),
                app =>
                {
                    var group = app.MapGroup("/").WithMiddleware("all");
                    for (var i = 0; i < count; i++)
                    {
                        group.MapGet($"/{i}", static () => "ok");
                    }
                });
            var links = app.App.Services.GetRequiredService<IMiddlewareChains>().Routes.SelectMany(static route => route.Links).ToArray();

            Assert.Equal(count * Names.Length, links.Length);
            shares.Add(links.Distinct(ReferenceEqualityComparer.Instance).Count());
        }

        // The routes of a group share one description of each middleware: more routes cost no more of them.
        Assert.All(shares, static share => Assert.Equal(Names.Length, share));
    }

    private static bool Runs(ChainLink link, string path)
        => (link.Include.Count == 0 || link.Include.Any(pattern => path.StartsWith(pattern, StringComparison.Ordinal)))
            && !link.Exclude.Any(pattern => path.StartsWith(pattern, StringComparison.Ordinal));

    private static Task<TestApp> StartAsync(uint seed, int routes)
    {
        // The same application in each run: a small generator of our own.
        var state = seed;
        uint Next(uint below)
        {
            state = (state * 1664525) + 1013904223;
            return (state >> 16) % below;
        }

        string Name() => Names[Next((uint)Names.Length)];

        return TestApp.StartAsync(
            builder => Steps(builder.Services.AddRouteMiddleware()).AddGroup("pair", Name(), Name()).AddGroup("nested", "pair", Name())
                .Use("e", new MiddlewareEntry("f") { Exclude = ["/0"] }, new MiddlewareEntry("a") { Enabled = false }),
            app =>
            {
                app.UseRouteMiddleware();

                for (var i = 0; i < routes; i++)
                {
                    var outer = app.MapGroup(string.Create(CultureInfo.InvariantCulture, $"/{Next(3)}"));
                    var on = new List<string> { "e", "f" };
                    Put(outer, on, ["pair", "nested", Name(), Name()]);
                    var inner = outer.MapGroup("/in");
                    Put(inner, on, [Name(), Name()]);
                    var route = inner.MapGet($"/{i}", static () => "ok");
                    Put(route, on, [Name(), "pair"]);

                    if (on.Count > 0 && Next(2) == 0)
                    {
                        route.WithoutMiddleware(on[(int)Next((uint)on.Count)]);
                    }

                    if (Next(4) == 0)
                    {
                        route.WithMiddleware(new MiddlewareEntry(Name()) { Include = ["/1"] });
                    }
                }
            });

        void Put(IEndpointConventionBuilder builder, List<string> on, string[] entries)
        {
            foreach (var entry in entries.Where(_ => Next(2) == 0))
            {
                builder.WithMiddleware(entry);
                on.Add(entry);
            }
        }
    }

    private static RouteMiddlewareBuilder Steps(RouteMiddlewareBuilder builder)
    {
        Array.ForEach(Names, name => builder.AddMiddleware(name, Trail.Step(name)));
        return builder;
    }
}
