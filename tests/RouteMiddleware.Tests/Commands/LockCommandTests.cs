using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Commands;

public sealed class LockCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string LockFile => Path.Combine(_folder.FullName, "middleware.lock");

    [Fact]
    public async Task Lock_HoldsEveryChainAndNothingOfTheMachine()
    {
        var (code, output, error) = await Orders.RunAsync("lock", "--file", LockFile);

        Assert.Equal((0, "", $"11 endpoints written to {LockFile}.{Environment.NewLine}"), (code, error, output));
        Assert.Equal(
            """
            # What runs on every route, outermost first. Written by 'middleware lock'; 'middleware lock --verify' compares.
            # Environment: Production

            (no endpoint: 404, 405, 415)
              request_id
              timing (not /health)
              cors

            * /any
              request_id
              timing (not /health)
              cors

            GET /api/orders
              request_id
              timing (not /health)
              cors
              guard
              rate_limit:100/1m

            POST /api/orders
              request_id
              timing (not /health)
              cors
              guard
              rate_limit:100/1m
              filter (handler)

            """.ReplaceLineEndings("\n"),
            (await File.ReadAllTextAsync(LockFile)).Split("\nGET /api/orders/{id:int}")[0]);

        var text = await File.ReadAllTextAsync(LockFile);
        Assert.DoesNotContain(".cs", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
        Assert.Contains("GET /ping\n  (nothing)\n", text, StringComparison.Ordinal);
        Assert.Contains("GET /hosted (host a.example.com)\n", text, StringComparison.Ordinal);
        Assert.Contains("GET /api/orders/{name} (order 1)\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Lock_IsTheSameInAnyOrderOfMapping(int turn)
    {
        var first = await LockAsync(static app => MapAll(app, 0));
        var other = await LockAsync(app => MapAll(app, turn));

        Assert.Equal(first, other);
    }

    [Fact]
    public async Task Verify_OfTheSameApplication_IsGood()
    {
        await Orders.RunAsync("lock", "--file", LockFile);
        await File.WriteAllTextAsync(LockFile, (await File.ReadAllTextAsync(LockFile)).ReplaceLineEndings("\r\n"));

        Assert.Equal((0, $"11 endpoints are as {LockFile} has them.{Environment.NewLine}", ""), await Orders.RunAsync("lock", "--verify", "--file", LockFile));
    }

    [Fact]
    public async Task Verify_OfARouteThatLostAMiddleware_FailsWithTheDifference()
    {
        await LockAsync(Protected);

        var (code, output, error) = await VerifyAsync(static app =>
        {
            app.MapGet("/open", static () => "ok").WithMiddleware("a");
            app.MapGet("/", static () => "ok").WithMiddleware("a", "b", "c").WithoutMiddleware("b");
        });

        Assert.Equal(1, code);
        Assert.Equal([$"--- {LockFile}", "+++ this application", " GET /", "   a", "-  b", "   c"], Lines(output));
        Assert.Contains("write it anew", error, StringComparison.Ordinal);
        Assert.DoesNotContain("another environment", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b d c", " GET /|   a|   b|+  d|   c")]
    [InlineData("a c b", " GET /|   a|-  b|   c|+  b")]
    [InlineData("a b c:1", " GET /|   a|   b|-  c|+  c:1")]
    [InlineData("", " GET /|-  a|-  b|-  c|+  (nothing)")]
    public async Task Verify_OfAChangedChain_ShowsWhatChanged(string chain, string expected)
    {
        await LockAsync(Protected);

        var (code, output, _) = await VerifyAsync(app =>
        {
            app.MapGet("/", static () => "ok").WithMiddleware(chain.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            app.MapGet("/open", static () => "ok").WithMiddleware("a");
        });

        Assert.Equal(1, code);
        Assert.Equal(expected.Split('|'), Lines(output)[2..]);
    }

    [Fact]
    public async Task Verify_OfRoutesThatCameAndWent_ShowsThem()
    {
        await LockAsync(Protected);

        var (code, output, _) = await VerifyAsync(static app =>
        {
            app.MapGet("/", static () => "ok").WithMiddleware("a", "b", "c");
            app.MapPost("/new", static () => "ok");
        });

        Assert.Equal(1, code);
        Assert.Equal(["-GET /open", "-  a", "+POST /new", "+  (nothing)"], Lines(output)[2..]);
    }

    [Fact]
    public async Task Verify_InAnotherEnvironment_SaysSo()
    {
        await LockAsync(Protected);

        var (code, _, error) = await CommandApp.RunAsync(Services, static app => app.MapGet("/dev", static () => "ok"), ["lock", "--verify", "--file", LockFile], environment: "Development");

        Assert.Equal(1, code);
        Assert.Contains("another environment than Development", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WithoutAFile_TellsHowToWriteIt()
    {
        var (code, output, error) = await VerifyAsync(Protected);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"The file '{LockFile}' is not there. Write it by 'middleware lock --file {LockFile}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lock_WhereNothingCanBeWritten_SaysSo()
    {
        foreach (var file in (string[])[Path.Combine(_folder.FullName, "no", "such", "folder"), "", "a\0b"])
        {
            var (code, output, error) = await CommandApp.RunAsync(Services, Protected, ["lock", $"--file={file}"]);

            Assert.Equal((1, ""), (code, output));
            Assert.Contains("can't be written", error, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string[] Lines(string output) => output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static void Protected(WebApplication app)
    {
        app.MapGet("/", static () => "ok").WithMiddleware("a", "b", "c");
        app.MapGet("/open", static () => "ok").WithMiddleware("a");
    }

    private static void MapAll(WebApplication app, int turn)
    {
        for (var i = 0; i < 8; i++)
        {
            var number = (i + (turn * 3)) % 8;
            string[] methods = turn % 2 == 0 ? ["GET", "POST"] : ["POST", "GET"];
            app.MapMethods($"/{number / 2}", number % 2 == 0 ? methods : ["DELETE"], static () => "ok").WithMiddleware(number % 3 == 0 ? "a" : "b");
        }

        string[] twins = turn == 0 ? ["a", "b"] : ["b", "a"];
        Array.ForEach(twins, twin => app.MapGet("/twin", static () => "ok").WithMiddleware(twin));
    }

    private static void Services(WebApplicationBuilder builder) => builder.Services.AddRouteMiddleware()
        .AddMiddleware("a", static (context, next) => next(context))
        .AddMiddleware("b", static (context, next) => next(context))
        .AddMiddleware<Step, StepOptions>("c")
        .AddMiddleware("d", static (context, next) => next(context));

    private async Task<string> LockAsync(Action<WebApplication> map)
    {
        Assert.Equal(0, (await CommandApp.RunAsync(Services, map, ["lock", "--file", LockFile])).Code);
        return await File.ReadAllTextAsync(LockFile);
    }

    private Task<(int Code, string Out, string Error)> VerifyAsync(Action<WebApplication> map) => CommandApp.RunAsync(Services, map, ["lock", "--verify", $"--file={LockFile}"]);

    private sealed class Step(StepOptions options) : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => options.Number < 0 ? Task.CompletedTask : next(context);
    }

    private sealed class StepOptions : IAcceptArgument
    {
        public int Number { get; set; }

        public void ApplyArgument(string argument) => Number = int.Parse(argument, CultureInfo.InvariantCulture);
    }
}
