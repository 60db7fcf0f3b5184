using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class ReloadUnderLoadTests
{
    private const int Reloads = 200;

    [Fact]
    public async Task P10_RequestsDuringReloads_SeeOldOrNewOptionsAndNeverBoth()
    {
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGroup("/group").WithMiddleware("instance", "counting").MapGet("/route", static () => "ok").WithMiddleware("hook", "convention", "both", "counting"),
            [new($"{ReloadApp.List}:0", "instance"), new($"{ReloadApp.List}:1", "pause"), new($"{ReloadApp.List}:2", "hook"), new(ReloadApp.Version, "0")],
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware("pause", static async (context, next) =>
            {
                await Task.Yield();
                await next(context);
            }));
        using var stop = new CancellationTokenSource();

        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            List<string> trails = [];

            while (!stop.IsCancellationRequested)
            {
                using var response = await app.Client.GetAsync(new Uri("/group/route", UriKind.Relative), CancellationToken.None);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                trails.Add(Assert.Single(response.Headers.GetValues(Trail.Header)));
            }

            return trails;
        })).ToArray();

        for (var version = 1; version <= Reloads; version++)
        {
            app.Edit((ReloadApp.Version, version.ToString(CultureInfo.InvariantCulture)));
            Assert.Contains($"i{version} ", await app.Client.TrailAsync("/group/route"), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        var trails = (await Task.WhenAll(clients)).SelectMany(static trails => trails).ToArray();

        Assert.All(trails, static trail =>
        {
            var versions = trail.Split(' ').Where(static step => step[0] != '#').Select(static step => step[1..]).ToArray();
            Assert.Equal(7, versions.Length);
            Assert.Single(versions.Distinct(StringComparer.Ordinal));
        });
        Assert.Contains($"#{trails.Length + Reloads + 1} ", await app.Client.TrailAsync("/group/route"), StringComparison.Ordinal);
        Assert.DoesNotContain(app.Logs.Records, static record => record.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task P10_RequestUnderWay_FinishesOnTheOptionsThatItBeganWith()
    {
        var waiting = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static () => "ok").WithMiddleware("instance", "both"),
            [new($"{ReloadApp.List}:0", "instance"), new($"{ReloadApp.List}:1", "wait"), new(ReloadApp.Version, "1")],
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("wait", async (context, next) =>
            {
                if (waiting.TrySetResult())
                {
                    await goOn.Task;
                }

                await next(context);
            }));

        var old = app.Client.TrailAsync("/");
        await waiting.Task;
        app.Edit((ReloadApp.Version, "2"));
        Assert.Equal("i2 i2 r2 f2", await app.Client.TrailAsync("/"));
        goOn.SetResult();

        Assert.Equal("i1 i1 r1 f1", await old);
    }

    [Fact]
    public async Task File_ThatIsEdited_IsFollowedAndABrokenOneIsNot()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, Json(1));

        try
        {
            await using var app = await ReloadApp.StartAsync(
                static app => app.MapGet("/", static () => "ok").WithMiddleware("instance"),
                [],
                builder => builder.Configuration.AddJsonFile(file, optional: false, reloadOnChange: true));
            Assert.Equal("i1", await app.Client.TrailAsync("/"));

            await File.WriteAllTextAsync(file, Json(2));
            await UntilAsync(app, "i2");

            await File.WriteAllTextAsync(file, "{ \"RouteMiddleware\": { \"Version\": { \"Number\": 3");
            await UntilLoggedAsync(app);
            Assert.Equal("i2", await app.Client.TrailAsync("/"));

            await File.WriteAllTextAsync(file, Json(4));
            await UntilAsync(app, "i4");
        }
        finally
        {
            File.Delete(file);
        }

        static string Json(int version) => $$"""{ "RouteMiddleware": { "Version": { "Number": {{version}} } } }""";
    }

    private static async Task UntilAsync(TestApp app, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        while (await app.Client.TrailAsync("/") != expected)
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task UntilLoggedAsync(TestApp app)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        while (!app.Logs.Records.Any(static record => record.Level == LogLevel.Error))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
