using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Gzip;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class GzipOptionsTests
{
    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new GzipOptions();

        Assert.Equal((1024, 6, true, true), (options.MinimumSize, options.CompressLevel, options.Brotli, options.BreachGuard));
        Assert.Contains("text/*", options.MimeTypes);
        Assert.Equal((false, 0), (options.StrictBreachGuard, options.Padding));
    }

    [Theory]
    [InlineData(-1, 6, "MinimumSize (-1) must be from 0 to 1048576 bytes.")]
    [InlineData(0, 6, null)]
    [InlineData(1_048_576, 6, null)]
    [InlineData(1_048_577, 6, "MinimumSize (1048577) must be from 0 to 1048576 bytes.")]
    [InlineData(0, 0, "CompressLevel (0) must be from 1 to 9.")]
    [InlineData(0, 1, null)]
    [InlineData(0, 9, null)]
    [InlineData(0, 10, "CompressLevel (10) must be from 1 to 9.")]
    public void Number_OutOfItsRange_IsAFault(int minimum, int level, string? fault)
        => Assert.Equal(fault is null ? [] : [fault], FaultsOf(new() { MinimumSize = minimum, CompressLevel = level }));

    [Theory]
    [InlineData(-1, "Padding (-1) must be from 0 to 1024 bytes.")]
    [InlineData(0, null)]
    [InlineData(1024, null)]
    [InlineData(1025, "Padding (1025) must be from 0 to 1024 bytes.")]
    public void Padding_OutOfItsRange_IsAFault(int padding, string? fault) => Assert.Equal(fault is null ? [] : [fault], FaultsOf(new() { Padding = padding }));

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("text/*", false)]
    [InlineData("*+json", false)]
    [InlineData("*", false)]
    [InlineData("*/*", false)]
    [InlineData("json", true)]
    [InlineData("", true)]
    [InlineData(null, true)]
    [InlineData("text/", true)]
    [InlineData("/json", true)]
    [InlineData("text/*+xml", true)]
    [InlineData("*+", true)]
    [InlineData("te xt/*", true)]
    [InlineData("a/b/c", true)]
    [InlineData("text/html; charset=utf-8", true)]
    public void MimeType_ThatIsNone_IsAFault(string? pattern, bool isFault)
        => Assert.Equal(
            isFault ? [$"MimeTypes has '{pattern}', which is no content type: write 'application/json', 'text/*', '*+json' or '*'."] : [],
            FaultsOf(new() { MimeTypes = [pattern!] }));

    [Theory]
    [InlineData("text/html; charset=utf-8", true)]
    [InlineData("TEXT/Plain", true)]
    [InlineData("application/json", true)]
    [InlineData("application/problem+json", true)]
    [InlineData("application/vnd.api+json;v=1", true)]
    [InlineData("image/svg+xml", true)]
    [InlineData("application/wasm", true)]
    [InlineData("image/png", false)]
    [InlineData("application/zip", false)]
    [InlineData("application/octet-stream", false)]
    [InlineData("font/woff2", false)]
    [InlineData("video/mp4", false)]
    [InlineData("text/event-stream", false)]
    [InlineData("TEXT/EVENT-STREAM; charset=utf-8", false)]
    [InlineData("application/grpc-web+json", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("nonsense", false)]
    public void Default_OfTheTypes_IsWhatShrinks(string? type, bool expected) => Assert.Equal(expected, new CompressibleTypes(new GzipOptions().MimeTypes, []).Contains(type));

    [Theory]
    [InlineData("application/octet-stream", true)]
    [InlineData("image/svg+xml", true)]
    [InlineData("image/bmp", true)]
    [InlineData("image/png", false)]
    [InlineData("video/mp4", false)]
    [InlineData("audio/ogg", false)]
    [InlineData("application/zip", false)]
    [InlineData("font/woff2", false)]
    [InlineData("text/event-stream", false)]
    public void Star_AsAType_LeavesWhatIsCompressed(string type, bool expected) => Assert.Equal(expected, new CompressibleTypes(["*"], []).Contains(type));

    [Fact]
    public void Type_NamedItself_IsTaken() => Assert.True(new CompressibleTypes(["image/png"], []).Contains("image/png"));

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithGzip(o => (o.MinimumSize, o.CompressLevel, o.MimeTypes) = (-1, 10, ["json"]))));

        Assert.Contains("MinimumSize (-1)", error.Message, StringComparison.Ordinal);
        Assert.Contains("CompressLevel (10)", error.Message, StringComparison.Ordinal);
        Assert.Contains("MimeTypes has 'json'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTwoInOneChain_IsRefused()
        => await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("gzip"),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "").WithGzip();
            }));

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task Level_OfTheOption_ReachesBothEncoders(int level)
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{(i * 7919) % 10007} "));
        await using var app = await GzipApp.StartAsync(group => group.MapGet("/", () => text).WithGzip(o => o.CompressLevel = level), withGzip: false);
        await using var lowest = await GzipApp.StartAsync(group => group.MapGet("/", () => text).WithGzip(o => o.CompressLevel = 1), withGzip: false);

        foreach (var coding in (string[])["gzip", "br"])
        {
            var (own, low) = (await GzipApp.GetAsync(app, "/", coding), await GzipApp.GetAsync(lowest, "/", coding));
            Assert.Equal(text, own.Text);
            Assert.True(level == 1 ? own.Length == low.Length : own.Length < low.Length, $"{coding} {level}: {own.Length} against {low.Length}");
        }
    }

    private static string[] FaultsOf(GzipOptions options)
        => Record.Exception(() => new GzipMiddleware(options, TimeProvider.System, new())) is OptionsValidationException error ? [.. error.Failures] : [];
}
