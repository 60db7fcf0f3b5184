using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class StartupFaultTests
{
    private static readonly Dictionary<string, string?> None = [];

    public static TheoryData<string, Action<WebApplication>, string, string> Calls => new()
    {
        { "alias", app => app.MapGet("/x", () => "").WithMiddleware("trial"), "GET /x (StartupFaultTests.cs:", "Did you mean 'trail'?" },
        { "alias in exclusion", app => app.MapGet("/", () => "").WithMiddleware("trail").WithoutMiddleware("trial"), "GET / (StartupFaultTests.cs:", "Did you mean 'trail'?" },
        { "exclusion of nothing", app => app.MapGet("/", () => "").WithoutMiddleware("trail"), "GET /", "takes off what is not there" },
        { "exclusion of another argument", app => app.MapGet("/", () => "").WithMiddleware("sized:5").WithoutMiddleware("sized:6"), "GET /", "WithoutMiddleware(\"sized:6\")" },
        { "argument where none is taken", app => app.MapGet("/", () => "").WithMiddleware("trail:5"), "StartupFaultTests.cs:", "'trail' takes no argument" },
        { "argument that can't be read", app => app.MapGet("/", () => "").WithMiddleware("sized:big"), "StartupFaultTests.cs:", "'big' is no size." },
        { "empty argument", app => app.MapGet("/", () => "").WithMiddleware("sized:"), "StartupFaultTests.cs:", "The argument of 'sized' is empty." },
        { "option out of range", app => app.MapGet("/", () => "").WithMiddleware("sized:0"), "StartupFaultTests.cs:", "Size must be 1 or more, but is 0." },
        { "option key", app => app.MapGet("/", () => "").WithMiddleware(new MiddlewareEntry("sized") { Options = { ["Siez"] = "1" } }), "Options:Siez", "Did you mean 'Size'?" },
        { "option value", app => app.MapGet("/", () => "").WithMiddleware(new MiddlewareEntry("sized") { Options = { ["Size"] = "much" } }), "Options:Size", "'much' is no whole number" },
        { "options where none are taken", app => app.MapGet("/", () => "").WithMiddleware(new MiddlewareEntry("trail") { Options = { ["Size"] = "1" } }), "StartupFaultTests.cs:", "'trail' takes no options" },
        { "foreign options", app => app.MapGet("/", () => "").WithMiddleware("sized", (Needy _) => { }), "StartupFaultTests.cs:", "the call configures Needy" },
        { "configure that throws", app => app.MapGet("/", () => "").WithMiddleware("sized", (SizedOptions _) => throw new InvalidOperationException("no size today")), "GET / (StartupFaultTests.cs:", "no size today" },
        { "class of two aliases", app => app.MapGet("/", () => "").WithMiddleware<Once>(), "GET / (StartupFaultTests.cs:", "registered under 2 aliases: once, once_more" },
        { "routing on an endpoint", app => app.MapGet("/", () => "").WithMiddleware(inner => inner.UseRouting()), "GET /", "it calls UseRouting" },
        { "action parameter", app => app.MapControllers(), "POST /controller/cart", "Add .WithMiddleware(\"trail\")" },
        { "no middleware", app => app.MapGet("/", () => "").WithMiddleware<Order>(), "StartupFaultTests.cs:", "Order is no middleware." },
        { "constructor", app => app.MapGet("/", () => "").WithMiddleware<Needy>(), "StartupFaultTests.cs:", "System.Text.StringBuilder" },
        { "constructor of a convention class", app => app.MapGet("/", () => "").WithMiddleware<NeedyConvention>(), "StartupFaultTests.cs:", "StringBuilder" },
        { "scoped service", app => app.MapGet("/", () => "").WithMiddleware<Captive>(), "StartupFaultTests.cs:", "lives for one request only" },
        { "path pattern", app => app.MapGet("/", () => "").WithMiddleware(new MiddlewareEntry("trail") { Exclude = ["health"] }), "StartupFaultTests.cs:", "it must begin with '/'" },
        { "filter without handler stage", app => app.MapForeign("/foreign").WithMiddleware<Filter>(), "/foreign (StartupFaultTests.cs:", "no handler stage" },
        { "needed middleware", app => app.MapGet("/", () => "").WithMiddleware("needs_trail"), "GET /", "'needs_trail' needs 'trail' in the same chain." },
        { "runs after", app => app.MapGet("/", () => "").WithMiddleware("after_trail", "trail"), "GET /", "'after_trail' must run after 'trail'" },
        { "runs before", app => app.MapGet("/", () => "").WithMiddleware("trail", "before_trail"), "GET /", "'before_trail' must run before 'trail'" },
        { "once per chain", app => app.MapGroup("/").WithMiddleware("once").MapGet("/", () => "").WithMiddleware("once"), "GET /", "a second 'once'" },
        { "handler parameter", app => app.MapGet("/cart", (Cart cart) => cart is null), "GET /cart", "Add .WithMiddleware(\"trail\")" },
        { "handler parameter in an object", app => app.MapGet("/cart", ([AsParameters] CartParameters all) => all is null), "GET /cart", "takes Cart 'Cart'" },
        { "group with argument", app => app.MapGet("/", () => "").WithMiddleware("both:5"), "StartupFaultTests.cs:", "'both' is a group" },
        { "the global list twice", app => app.UseRouteMiddleware().UseRouteMiddleware(), "app.UseRouteMiddleware()", "called 2 times" },
        { "exclusion before routing", app => { app.UseRouteMiddleware(); app.UseRouting(); app.MapGet("/", () => "").WithoutMiddleware("global"); }, "app.UseRouteMiddleware()", "before app.UseRouting()" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Start_WithAFaultyCall_IsRefusedBeforeThePortOpens(string fault, Action<WebApplication> map, string where, string what)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(None, app =>
        {
            if (!fault.Contains("global list", StringComparison.Ordinal) && !fault.Contains("routing", StringComparison.Ordinal))
            {
                app.UseRouteMiddleware();
            }

            map(app);
        }));

        Assert.Contains(error.Faults, found => found.ToString().Contains(where, StringComparison.Ordinal) && found.ToString().Contains(what, StringComparison.Ordinal));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Middleware:0", "trial", "RouteMiddleware:Middleware:0", "Did you mean 'trail'?")]
    [InlineData("Middleware:0", "filter", "RouteMiddleware:Middleware:0", "endpoint filter")]
    [InlineData("Middleware:0", "No.Such.Type, Nowhere", "RouteMiddleware:Middleware:0", "can't be found")]
    [InlineData("Middleware:0", "System.String", "RouteMiddleware:Middleware:0", "System.String is no middleware.")]
    [InlineData("Middleware:0", "", "RouteMiddleware:Middleware:0", "The entry is empty.")]
    [InlineData("Middleware:0:Nmae", "trail", "RouteMiddleware:Middleware:0:Nmae", "Did you mean 'Name'?")]
    [InlineData("Middleware:0:Enabled", "true", "RouteMiddleware:Middleware:0", "The entry has no name.")]
    [InlineData("Middleware", "trail", "RouteMiddleware:Middleware", "is no list")]
    [InlineData("Middleware:0", "needs_trail", "RouteMiddleware:Middleware:0", "needs 'trail'")]
    [InlineData("Groups:loop:0", "loop", "RouteMiddleware:Groups:loop:0", "loop → loop")]
    [InlineData("Groups:unused:0", "trial", "RouteMiddleware:Groups:unused:0", "Did you mean 'trail'?")]
    [InlineData("Groups:trail:0", "sized", "RouteMiddleware:Groups:trail", "names a group and a middleware")]
    [InlineData("Disabled:0", "trial", "RouteMiddleware:Disabled", "Did you mean 'trail'?")]
    [InlineData("Sized:Siez", "1", "RouteMiddleware:Sized:Siez", "Did you mean 'Size'?")]
    [InlineData("SIZED:Size", "much", "RouteMiddleware:SIZED:Size", "is no whole number")]
    [InlineData("Sizzed:Size", "1", "RouteMiddleware:Sizzed", "Did you mean 'sized'?")]
    [InlineData("Trail:Size", "1", "RouteMiddleware:Trail", "takes no options")]
    public async Task Start_WithAFaultySetting_IsRefusedNamingItsKey(string key, string value, string where, string what)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(new() { [$"RouteMiddleware:{key}"] = value }, app => app.UseRouteMiddleware()));

        Assert.Contains(error.Faults, found => string.Equals(found.Where, where, StringComparison.Ordinal) && $"{found.What} {found.Fix}".Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_WithThreeFaults_NamesAllOfThemEachOnce()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(
            new() { ["RouteMiddleware:Middleware:0"] = "trial", ["RouteMiddleware:Sized:Siez"] = "1" },
            app =>
            {
                var group = app.MapGroup("/").WithMiddleware("sized:0");
                group.MapGet("/a", () => "");
                group.MapGet("/b", () => "");
                app.UseRouteMiddleware();
            }));

        Assert.Equal(3, error.Faults.Count);
        Assert.Contains("3 faults", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAGlobalListThatNobodyUses_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(new() { ["RouteMiddleware:Middleware:0"] = "trail" }, static _ => { }));

        Assert.Contains("app.UseRouteMiddleware()", Assert.Single(error.Faults, fault => string.Equals(fault.Where, "RouteMiddleware:Middleware", StringComparison.Ordinal)).Fix, StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync(Dictionary<string, string?> settings, Action<WebApplication> map) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddScoped<List<int>>();
            builder.Services.AddControllers().AddApplicationPart(typeof(StartupFaultTests).Assembly);
            builder.Services.AddRouteMiddleware()
                .AddMiddleware("global", Trail.Step("global"))
                .AddMiddleware("trail", Trail.Step("trail"))
                .AddMiddleware<Sized, SizedOptions>("sized")
                .AddMiddleware<Filter>("filter")
                .AddMiddleware<NeedsTrail>("needs_trail")
                .AddMiddleware<AfterTrail>("after_trail")
                .AddMiddleware<BeforeTrail>("before_trail")
                .AddMiddleware<Once>("once")
                .AddMiddleware<Once>("once_more")
                .AddGroup("both", "trail", "sized")
                .Use("global");
        },
        map,
        settings);

    private sealed record CartParameters(Cart Cart);

    private abstract class PassOn : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    [Requires("trail")]
    private sealed class NeedsTrail : PassOn;

    [RunsAfter("trail")]
    private sealed class AfterTrail : PassOn;

    [RunsBefore("trail")]
    private sealed class BeforeTrail : PassOn;

    [OncePerChain]
    private sealed class Once : PassOn;

    private sealed class Needy(System.Text.StringBuilder text) : PassOn
    {
        public override string ToString() => text.ToString();
    }

    private sealed class Captive(List<int> numbers) : PassOn
    {
        public override string ToString() => string.Join(',', numbers);
    }

    private sealed class NeedyConvention(RequestDelegate next, System.Text.StringBuilder text)
    {
        public Task InvokeAsync(HttpContext context) => text.Length > 0 ? Task.CompletedTask : next(context);
    }

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
