using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.OpenApi.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.OpenApi.Tests;

public sealed class ChainTests
{
    [Theory]
    [InlineData("Include", "/orders", true, true, false)]
    [InlineData("Include", "/orders/*/lines", false, true, false)]
    [InlineData("Exclude", "/orders", false, false, true)]
    [InlineData("Exclude", "/orders/*/lines", true, false, true)]
    [InlineData("Exclude", "/orders/7", true, true, true)]
    public async Task Condition_ThatARouteCanNotMeet_HidesTheMiddleware(string key, string pattern, bool onOrder, bool onLines, bool onStatus)
    {
        foreach (var isGlobal in (bool[])[true, false])
        {
            var document = await Document.OfAsync(
                app =>
                {
                    var group = isGlobal ? app.MapGroup("") : app.MapGroup("").WithMiddleware("limited");
                    group.MapGet("/orders/{id}", (int id) => id);
                    group.MapGet("/orders/{id}/lines", (int id) => id);
                    group.MapGet("/status", () => "ok");
                },
                new()
                {
                    [isGlobal ? "Middleware:0:Name" : "Groups:limited:0:Name"] = "rate_limit:3/1m",
                    [isGlobal ? $"Middleware:0:{key}:0" : $"Groups:limited:0:{key}:0"] = pattern,
                });

            Assert.Equal(onOrder, document.Statuses("/orders/{id}").Contains("429"));
            Assert.Equal(onLines, document.Statuses("/orders/{id}/lines").Contains("429"));
            Assert.Equal(onStatus, document.Statuses("/status").Contains("429"));
        }
    }

    [Theory]
    [InlineData("Enabled", "false")]
    [InlineData("Environments:0", "Development")]
    public async Task Entry_ThatDoesNotCount_IsNotShown(string key, string value)
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok"),
            new() { ["Middleware:0:Name"] = "ip_filter", [$"Middleware:0:{key}"] = value });

        Assert.Equal(["200"], document.Statuses("/"));
    }

    [Fact]
    public async Task GlobalList_OfARouteThatShortCircuits_IsNotShown()
    {
        var document = await Document.OfAsync(
            app =>
            {
                app.MapGet("/", () => "ok");
                app.MapGet("/short", () => "ok").WithMiddleware("rate_limit:3/1m").ShortCircuit();
            },
            new() { ["Middleware:0"] = "ip_filter" });

        Assert.Equal(["200", "403"], document.Statuses("/"));
        Assert.Equal(["200", "429"], document.Statuses("/short"));
    }

    [Fact]
    public async Task Middleware_ThatIsDisabled_IsNotShown()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("auth", "rate_limit:3/1m"),
            new() { ["Middleware:0"] = "ip_filter", ["Disabled:0"] = "ip_filter", ["Disabled:1"] = "auth" });

        Assert.Equal(["200", "429"], document.Statuses("/"));
        Assert.Null(document.Security("/"));
    }

    [Fact]
    public async Task Middleware_OfTheApplication_TellsOfItself()
    {
        var document = await Document.OfAsync(
            app =>
            {
                app.MapGet("/own", () => "ok").WithMiddleware("teapot");
                app.MapGet("/scoped", () => "ok").WithMiddleware("scoped_teapot");
                app.MapGet("/plain", () => "ok");
            },
            services: static builder =>
            {
                builder.Services.AddScoped<ScopedTeapot>();
                builder.Services.AddRouteMiddleware().AddMiddleware<Teapot>("teapot").AddMiddleware<ScopedTeapot>("scoped_teapot");
            });

        foreach (var path in (string[])["/own", "/scoped"])
        {
            Assert.Equal(["teapot"], document.Codes(path, 418));
            Assert.Equal(["X-Brew"], document.Headers(path, 200));
            Assert.Equal("Key", document.Security(path));
        }

        Assert.Equal(("apiKey", "header", "X-Key"), ((string?)document.Scheme("Key")["type"], (string?)document.Scheme("Key")["in"], (string?)document.Scheme("Key")["name"]));
        Assert.Equal(["200"], document.Statuses("/plain"));
    }

    [Fact]
    public async Task Contributor_OfTheGlobalList_IsAskedForTheDocumentAndChangesNoEndpoint()
    {
        var document = await Document.OfAsync(
            app =>
            {
                app.MapGet("/", (HttpContext context) => context.GetEndpoint()!.Metadata.OfType<ProducesResponseTypeMetadata>().Count(static one => one.StatusCode == 418));
                app.MapGet("/without", () => "ok").WithoutMiddleware("contributor");
            },
            new() { ["Middleware:0"] = "contributor", ["Middleware:1"] = "request_id" },
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware<Contributor>("contributor"));

        Assert.Equal(["200", "418"], document.Statuses("/"));
        Assert.Equal("#/components/schemas/ProblemDetails", (string?)document.Response("/", 418)["content"]!["application/problem+json"]!["schema"]!["$ref"]);
        Assert.Empty(document.Headers("/", 418));
        Assert.Equal(["200"], document.Statuses("/without"));
    }

    [Fact]
    public async Task Controller_WithMiddleware_IsDescribedAsAnyEndpoint()
    {
        var document = await Document.OfAsync(
            app => app.MapControllers().WithMiddleware("auth", "rate_limit:3/1m"),
            services: static builder => builder.Services.AddControllers().ConfigureApplicationPartManager(static parts =>
            {
                parts.ApplicationParts.Clear();
                parts.ApplicationParts.Add(new TypesPart(typeof(StockController)));
                parts.FeatureProviders.Add(new StockController.Provider());
            }));

        Assert.Equal(["200", "401", "429"], document.Statuses("/stock"));
        Assert.Equal("Bearer", document.Security("/stock"));
    }

    [Fact]
    public async Task Options_ThatWereReloaded_AreThoseShown()
    {
        await using var app = await Document.StartAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("request_id"),
            new() { ["RequestId:HeaderName"] = "X-First" });
        Assert.Equal(["X-First"], (await Document.ReadAsync(app)).Headers("/", 200));

        var configuration = (IConfigurationRoot)app.App.Configuration;
        configuration["RouteMiddleware:RequestId:HeaderName"] = "X-Second";
        configuration.Reload();

        Assert.Equal(["X-Second"], (await Document.ReadAsync(app)).Headers("/", 200));
    }

    [Fact]
    public async Task Document_WithoutTheServices_SaysWhatIsMissing()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddOpenApi(static options => options.AddRouteMiddleware()),
            static app =>
            {
                app.MapOpenApi();
                app.MapGet("/", () => "ok");
            });

        using var response = await app.Client.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));

        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains(app.Logs.Records, static record => record.Exception?.Message.Contains("builder.Services.AddRouteMiddleware()", StringComparison.Ordinal) == true);
    }

    private sealed class Teapot : IMiddleware, IDescribeAnswers
    {
        private readonly Refusal _refusal = new(418, "teapot", "I am a teapot", "It is short and stout.");

        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public void DescribeAnswers(EndpointAnswers answers)
        {
            answers.Require(Credential.Header("Key", "X-Key"));
            answers.AddHeader(new("X-Brew", "What is in it."));
            answers.Add(_refusal);
        }
    }

    private sealed class ScopedTeapot : IMiddleware, IDescribeAnswers
    {
        private readonly Teapot _pot = new();

        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public void DescribeAnswers(EndpointAnswers answers) => _pot.DescribeAnswers(answers);
    }

    private sealed class Contributor : IMiddleware, IEndpointContributor
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public void Contribute(EndpointBuilder endpointBuilder)
            => endpointBuilder.Metadata.Add(new ProducesResponseTypeMetadata(418, typeof(ProblemDetails), ["application/problem+json"]));
    }

    private sealed class TypesPart(params Type[] types) : ApplicationPart, IApplicationPartTypeProvider
    {
        public override string Name => "types";

        public IEnumerable<System.Reflection.TypeInfo> Types => types.Select(System.Reflection.IntrospectionExtensions.GetTypeInfo);
    }
}
