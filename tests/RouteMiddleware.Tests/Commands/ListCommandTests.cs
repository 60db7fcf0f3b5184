using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace RouteMiddleware.Tests.Commands;

public sealed class ListCommandTests
{
    [Fact]
    public async Task List_OfAllRoutes_ShowsEachWithItsWholeChainSortedByRoute()
    {
        var (code, output, error) = await Orders.RunAsync("list");
        var lines = output.Split(Environment.NewLine);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            [
                "METHOD  ROUTE                 MIDDLEWARE",
                "*       /any                  request_id → timing (some paths) → cors",
                "GET     /api/orders           request_id → timing (some paths) → cors | guard → rate_limit:100/1m",
                "POST    /api/orders           request_id → timing (some paths) → cors | guard → rate_limit:100/1m | filter (handler)",
                "GET     /api/orders/{id:int}  request_id → timing (some paths) → cors | guard → rate_limit:100/1m",
                "GET     /api/orders/{name}    request_id → timing (some paths) → cors | guard → rate_limit:100/1m",
                "GET     /api/status           request_id → timing (some paths) → cors | rate_limit:100/1m (without guard)",
                "GET     /health               request_id → timing (some paths) → cors",
                "GET     /hosted               request_id → timing (some paths) → cors",
                "GET     /hosted               request_id → timing (some paths) → cors | guard",
                "POST    /json                 request_id → timing (some paths) → cors",
                "GET     /ping                 (nothing)",
                "",
            ],
            lines[..13]);
        Assert.StartsWith("11 endpoints.", lines[13], StringComparison.Ordinal);
        Assert.EndsWith("the global list runs alone: request_id → timing → cors", lines[13], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--route", "orders", 4)]
    [InlineData("--route", "/API/*", 5)]
    [InlineData("--route", "*orders", 2)]
    [InlineData("--route", "/api/orders/{id:int}", 1)]
    [InlineData("--route", "nowhere", 0)]
    [InlineData("--middleware", "guard", 5)]
    [InlineData("--middleware", "RateLimit", 5)]
    [InlineData("--middleware", "request-id", 10)]
    [InlineData("--middleware", "gzip", 0)]
    [InlineData("--method", "post", 3)]
    [InlineData("--method", "DELETE", 1)]
    public async Task Filter_OfAList_LetsThroughWhatFits(string option, string value, int count)
    {
        var (code, output, _) = await Orders.RunAsync("list", option, value, "--json");

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(count, json.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Filters_Together_AllCount()
    {
        var (_, output, _) = await Orders.RunAsync("list", "--method=GET", "--route=/api", "--middleware=guard");

        Assert.Contains("3 endpoints.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_ThatNothingFits_SaysSo()
        => Assert.Equal((0, $"No route is like that.{Environment.NewLine}", ""), await Orders.RunAsync("list", "--route", "nowhere"));

    [Fact]
    public async Task List_WithoutAnyEndpoint_TellsTheGlobalList()
        => Assert.Equal(
            (0, $"The application has no endpoints. The global list runs alone: request_id → timing → cors{Environment.NewLine}", ""),
            await CommandApp.RunAsync(Orders.Services, static app => app.UseRouteMiddleware(), ["list"], Orders.Settings));

    [Fact]
    public async Task Filter_ByAnUnknownAlias_NamesTheNearest()
    {
        var (code, output, error) = await Orders.RunAsync("list", "--middleware", "gard");

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("No middleware has the alias 'gard'. Did you mean 'guard'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_HoldsEverythingOfALink()
    {
        var (_, output, _) = await Orders.RunAsync("list", "--json", "--route", "/api/status");
        using var json = JsonDocument.Parse(output);
        var route = json.RootElement[0];
        var link = route.GetProperty("middleware")[3];

        Assert.Equal("GET /api/status", route.GetProperty("name").GetString());
        Assert.Equal("/api/status", route.GetProperty("route").GetString());
        Assert.Equal("GET", route.GetProperty("methods")[0].GetString());
        Assert.Equal(0, route.GetProperty("order").GetInt32());
        Assert.Equal("rate_limit", link.GetProperty("alias").GetString());
        Assert.Equal("100/1m", link.GetProperty("argument").GetString());
        Assert.Equal("Request", link.GetProperty("stage").GetString());
        Assert.Equal("Group", link.GetProperty("place").GetString());
        Assert.Equal("RouteMiddleware:Groups:api:1", link.GetProperty("origin").GetString());
        Assert.StartsWith("Orders.cs:", link.GetProperty("attachedAt").GetString(), StringComparison.Ordinal);
        Assert.Equal("api", link.GetProperty("groups")[0].GetString());
        Assert.Equal("/health", route.GetProperty("middleware")[1].GetProperty("exclude")[0].GetString());
        Assert.Equal(["guard", "gzip"], route.GetProperty("takenOff").EnumerateArray().Select(static one => one.GetProperty("entry").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal("GlobalList", route.GetProperty("preflight").GetProperty("answer").GetString());
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(110)]
    [InlineData(200)]
    public async Task Lines_OnAScreen_EndWithItAndLoseNothing(int width)
    {
        var (_, output, _) = await CommandApp.RunAsync(Orders.Services, Orders.Map, ["list"], Orders.Settings, width: width);
        var (_, whole, _) = await Orders.RunAsync("list");

        Assert.All(output.Split(Environment.NewLine), line => Assert.True(line.Length <= width, $"'{line}' has {line.Length} columns."));
        Assert.Equal(Words(whole), width >= 60 ? Words(output) : [.. "METHOD ROUTE MIDDLEWARE".Split(' '), .. Words(output)]);
    }

    [Fact]
    public async Task Colors_OnAScreen_TakeNoColumns()
    {
        var (_, plain, _) = await CommandApp.RunAsync(Orders.Services, Orders.Map, ["list"], Orders.Settings, width: 100);
        var (_, colored, _) = await CommandApp.RunAsync(Orders.Services, Orders.Map, ["list"], Orders.Settings, width: 100, colors: true);

        Assert.DoesNotContain('\u001b', plain);
        Assert.Contains("\u001b[1m", colored, StringComparison.Ordinal);
        Assert.Equal(plain, colored.Replace("\u001b[1m", "", StringComparison.Ordinal).Replace("\u001b[0m", "", StringComparison.Ordinal));
    }

    private static string[] Words(string text) => text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
