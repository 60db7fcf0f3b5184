using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.StaticFiles;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.StaticFiles;

public sealed class StaticFilesMiddlewareTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("static-files");

    public StaticFilesMiddlewareTests()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "hello.txt"), "hello");
        File.WriteAllText(Path.Combine(_folder.FullName, "data.own"), "own");
        _folder.CreateSubdirectory("taken");
        _folder.CreateSubdirectory("bound");
        File.WriteAllText(Path.Combine(_folder.FullName, "bound", "file.txt"), "bound");
        File.WriteAllText(Path.Combine(_folder.FullName, "taken", "file.txt"), "file");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "/hello.txt", 200, "hello")]
    [InlineData("", "/nowhere.txt", 404, "")]
    [InlineData("", "/data.own", 404, "")]
    [InlineData("", "/../hello.txt", 200, "hello")]
    [InlineData("", "/%2e%2e%2fhello.txt", 404, "")]
    [InlineData("", "/taken/file.txt", 200, "handler")]
    [InlineData("RequestPath=/assets", "/assets/hello.txt", 200, "hello")]
    [InlineData("RequestPath=/assets", "/hello.txt", 404, "")]
    [InlineData("ServeUnknownFileTypes=true", "/data.own", 200, "own")]
    [InlineData("ContentTypes:.own=text/own", "/data.own", 200, "own")]
    [InlineData("ContentTypes:.txt=", "/hello.txt", 404, "")]
    public async Task File_InTheGlobalList_IsServedWhereNoEndpointMatches(string settings, string path, int status, string expected)
    {
        await using var app = await StartAsync(settings);

        using var response = await app.Client.GetAsync(new Uri(app.Address, path));

        Assert.Equal((status, expected), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task File_OfTheWebRoot_IsServedByDefault()
    {
        await using var app = await StartAsync("", webRoot: true);

        Assert.Equal("hello", await app.Client.GetStringAsync(new Uri(app.Address, "/hello.txt")));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("CacheMaxAge=1h", "public, max-age=3600")]
    [InlineData("CacheMaxAge=0s", "public, max-age=0")]
    public async Task Caches_AsTheOptionsSay_MayKeepAFile(string settings, string? expected)
    {
        await using var app = await StartAsync(settings);

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/hello.txt"));

        Assert.Equal(expected, response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task ContentTypes_OfTheOptions_AreSent()
    {
        await using var app = await StartAsync("ContentTypes:.own=text/own, ServeUnknownFileTypes=true, DefaultContentType=text/other");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "data.other"), "");

        using var own = await app.Client.GetAsync(new Uri(app.Address, "/data.own"));
        using var other = await app.Client.GetAsync(new Uri(app.Address, "/data.other"));

        Assert.Equal(("text/own", "text/other"), (own.Content.Headers.ContentType?.MediaType, other.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("/private/hello.txt", true, 200, "hello")]
    [InlineData("/private/hello.txt", false, 401, "")]
    [InlineData("/private/nowhere.txt", true, 200, "fallback")]
    [InlineData("/private/7", true, 200, "number")]
    [InlineData("/private/bound/file.txt?number=1", true, 200, "bound")]
    [InlineData("/private/bound/file.txt", true, 400, "")]
    public async Task File_OnARoute_IsServedBehindItsChain(string path, bool known, int status, string expected)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                var group = app.MapGroup("")
                    .WithStaticFiles(o => (o.Root, o.RequestPath) = (_folder.FullName, "/private"))
                    .WithMiddleware(static (context, next) =>
                    {
                        context.Response.StatusCode = context.Request.Headers.ContainsKey("X-Known") ? 200 : 401;
                        return context.Response.StatusCode == 401 ? Task.CompletedTask : next(context);
                    });
                group.MapGet("/private/{**path}", static (HttpContext context) => Results.Text(context.GetEndpoint() is null ? "lost" : "fallback"));
                group.MapGet("/private/{number:int}", static () => "number");
                group.MapGet("/private/bound/{file}", static (string file, int number) => $"{file} {number}");
            });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path));

        if (known)
        {
            request.Headers.Add("X-Known", "1");
        }

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Route_WithFilesOfItsOwn_IsNotServedByTheGlobalList()
    {
        await using var app = await StartAsync("");

        // The file stands in the global folder, but the path has an endpoint.
        Assert.Equal("handler", await app.Client.GetStringAsync(new Uri(app.Address, "/taken/file.txt")));
    }

    [Fact]
    public async Task Request_ThatAsksForAKnownVersion_IsAnswered304()
    {
        await using var app = await StartAsync("");
        using var first = await app.Client.GetAsync(new Uri(app.Address, "/hello.txt"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/hello.txt")) { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var second = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("RequestPath=assets, Root=/not/there, CacheMaxAge=-00:00:01", "RequestPath must begin with '/'", "Root must be a folder that exists, but is '/not/there'")]
    [InlineData("RequestPath=a, Root=", "must begin with '/'", "Root must not be the content root")]
    [InlineData("RequestPath=a, Root=.", "must begin with '/'", "Root must not be the content root")]
    [InlineData("RequestPath=/assets/, ContentTypes:own=text/own", "not end with it, but is '/assets/'", "ContentTypes names 'own'")]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault(string settings, string first, string second)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(settings));

        Assert.Contains(first, error.Message, StringComparison.Ordinal);
        Assert.Contains(second, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnAnEndpointWithoutHandlerStage_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                var group = app.MapGroup("").WithStaticFiles();
                group.MapGet("/fine", static () => "");
                ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)group).DataSources.Add(new BareEndpoints("/bare"));
                group.MapGet("/fine/too", static () => "");
            }));

        Assert.Contains("/bare", Assert.Single(error.Faults).ToString(), StringComparison.Ordinal);
        Assert.Contains("the endpoint has no handler stage", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new StaticFilesOptions();

        Assert.Equal(("", null, null, false, null), (options.RequestPath, options.Root, options.CacheMaxAge, options.ServeUnknownFileTypes, options.DefaultContentType));
        Assert.Empty(options.ContentTypes);
        Assert.Throws<OptionsValidationException>(() => new StaticFilesOptions { CacheMaxAge = TimeSpan.FromSeconds(-1) }.ThrowIfInvalid(null, "/app"));
    }

    private Task<TestApp> StartAsync(string settings, bool webRoot = false)
    {
        var values = InBoxSettings.Of("StaticFiles", settings);
        values["RouteMiddleware:Middleware:0"] = "static_files";

        if (!webRoot)
        {
            values.TryAdd("RouteMiddleware:StaticFiles:Root", _folder.FullName);
        }

        return TestApp.StartAsync(
            builder =>
            {
                if (webRoot)
                {
                    builder.Environment.WebRootPath = _folder.FullName;
                    builder.Environment.WebRootFileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(_folder.FullName);
                }

                builder.Services.AddRouteMiddleware();
            },
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/taken/file.txt", static () => "handler");
            },
            values);
    }
}
