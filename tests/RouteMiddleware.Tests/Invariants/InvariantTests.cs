using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Invariants;

public sealed class InvariantTests
{
    [Theory]
    [InlineData("guard", "guard", true)]
    [InlineData("one guard two", "guard", true)]
    [InlineData("one two", "guard", false)]
    [InlineData("", "guard", false)]
    [InlineData("GUARD", "guard", true)]
    [InlineData("guard:admin", "guard", true)]
    [InlineData("guard:admin", "guard:Admin", true)]
    [InlineData("guard", "guard:admin", false)]
    [InlineData("guard:user", "guard:admin", false)]
    [InlineData("guard:user guard:admin", "guard:admin", true)]
    public void Run_HoldsWhereTheMiddlewareIsInTheChain(string chain, string middleware, bool expected)
        => Assert.Equal(expected, Holds(chain, rules => rules.Run(middleware)));

    [Theory]
    [InlineData("guard one", "guard", "one", true)]
    [InlineData("one guard", "guard", "one", false)]
    [InlineData("guard", "guard", "one", true)]
    [InlineData("one guard one", "guard", "one", false)]
    [InlineData("guard one guard", "guard", "one", true)]
    [InlineData("one:ip guard one:user", "guard", "one:user", true)]
    [InlineData("one:ip guard one:user", "guard", "one", false)]
    public void Before_HoldsWhereNoneOfTheOtherStandsInFront(string chain, string middleware, string other, bool expected)
        => Assert.Equal(expected, Holds(chain, rules => rules.Run(middleware).Before(other)));

    [Theory]
    [InlineData("one guard", true)]
    [InlineData("guard one", false)]
    [InlineData("guard", true)]
    [InlineData("guard one guard", true)]
    [InlineData("one guard one", false)]
    public void After_HoldsWhereNoneOfTheOtherStandsBehind(string chain, bool expected)
        => Assert.Equal(expected, Holds(chain, static rules => rules.Run("guard").After("one")));

    [Theory]
    [InlineData("one guard two", true)]
    [InlineData("guard one guard two guard", true)]
    [InlineData("guard one two guard", false)]
    public void Places_AreAllMetByOneOfThem(string chain, bool expected)
        => Assert.Equal(expected, Holds(chain, static rules => rules.Run("guard").After("one").Before("two")));

    [Theory]
    [InlineData("guard one", true, false)]
    [InlineData("one guard", false, true)]
    [InlineData("guard", true, true)]
    [InlineData("one guard two", false, false)]
    public void FirstAndLast_HoldAtTheEnds(string chain, bool first, bool last)
    {
        Assert.Equal(first, Holds(chain, static rules => rules.Run("guard").First()));
        Assert.Equal(last, Holds(chain, static rules => rules.Run("guard").Last()));
    }

    [Theory]
    [InlineData("one", true)]
    [InlineData("one guard", false)]
    [InlineData("", true)]
    public void NotRun_HoldsWhereTheMiddlewareIsNotInTheChain(string chain, bool expected)
    {
        var app = InvariantApp.Build(app =>
        {
            app.MapGet("/", static () => "").WithMiddleware(chain.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            app.Middleware().All().Must.NotRun("guard");
        });

        Assert.Equal(expected, InvariantApp.FaultsOf(app).Length == 0);
    }

    [Theory]
    [InlineData("/x/{id}", null, null, true)]
    [InlineData("/x/{id}", "/x", null, true)]
    [InlineData("/x/{id}", "/x/1", null, false)]
    [InlineData("/x/{id}", "/y", null, false)]
    [InlineData("/x/{id}", null, "/x/1", false)]
    [InlineData("/x/{id:alpha}", null, "/x/1", true)]
    [InlineData("/x/{id}", null, "/y", true)]
    [InlineData("/x/{id}", "/x", "/x/1/deep", true)]
    [InlineData("/x/{**rest}", null, "/x/1/deep", false)]
    [InlineData("/x/{id}", null, "/x", false)]
    public void Run_UnderACondition_HoldsOnlyWhereItCanLeaveNoRequestOut(string template, string? include, string? exclude, bool expected)
    {
        var app = Conditional(template, include, exclude, static app => app.Middleware().All().Must.Run("guard"));

        Assert.Equal(expected, InvariantApp.FaultsOf(app).Length == 0);
    }

    [Theory]
    [InlineData("/x/{id}", null, null, false)]
    [InlineData("/x/{id}", "/x/1", null, false)]
    [InlineData("/x/{id}", "/y", null, true)]
    [InlineData("/x/{id}", null, "/x", true)]
    [InlineData("/x/{id}", null, "/x/1", false)]
    public void NotRun_UnderACondition_HoldsOnlyWhereItCanNeverRun(string template, string? include, string? exclude, bool expected)
    {
        var app = Conditional(template, include, exclude, static app => app.Middleware().All().Must.NotRun("guard"));

        Assert.Equal(expected, InvariantApp.FaultsOf(app).Length == 0);
    }

    [Theory]
    [InlineData("RouteMiddleware:Disabled:0", "guard")]
    [InlineData("RouteMiddleware:Middleware:0:Enabled", "false")]
    [InlineData("RouteMiddleware:Middleware:0:Environments:0", "Moon")]
    public void Run_OfAnEntryThatDoesNotCount_IsBroken(string key, string value)
    {
        var app = InvariantApp.Build(
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "");
                app.Middleware().All().Must.Run("guard");
            },
            ("RouteMiddleware:Middleware:0:Name", "guard"),
            (key, value));

        var fault = Assert.Single(InvariantApp.FaultsOf(app));
        Assert.Contains("'guard' does not run: its entry RouteMiddleware:Middleware:0 does not count (RouteMiddleware:", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InTheGlobalList_IsBrokenByTheRoutesThatItDoesNotReach()
    {
        var app = InvariantApp.Build(
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/in", static () => "");
                app.MapGet("/off", static () => "").WithoutMiddleware("guard");
                app.MapGet("/short", static () => "").ShortCircuit();
                app.Middleware().All().Must.Run("guard");
            },
            static middleware => middleware.Use("guard"));

        Assert.Collection(
            InvariantApp.FaultsOf(app),
            static fault => Assert.Matches("'guard' does not run: WithoutMiddleware\\(\"guard\"\\) takes it off \\(InvariantTests\\.cs:[0-9]+\\)\\. The chain: no middleware\\.$", fault.What),
            static fault => Assert.Contains("'guard' does not run: the route short-circuits the pipeline", fault.What, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_InAGlobalListBeforeRouting_ReachesRoutesThatShortCircuit()
    {
        var app = InvariantApp.Build(
            static app =>
            {
                app.UseRouteMiddleware();
                app.UseRouting();
                app.MapGet("/short", static () => "").ShortCircuit();
                app.Middleware().All().Must.Run("guard");
            },
            static middleware => middleware.Use("guard"));

        Assert.Empty(InvariantApp.FaultsOf(app));
    }

    [Fact]
    public void Order_OfAHandlerStage_IsBehindTheRequestStage()
    {
        var app = InvariantApp.Build(
            static app =>
            {
                app.MapGet("/", static () => "").WithMiddleware("filter", "guard");
                app.Middleware().All().Must.Run("filter").Before("guard");
                app.Middleware().All().Must.Run("guard").First();
            },
            static middleware => middleware.AddMiddleware<Filter>("filter"));

        var fault = Assert.Single(InvariantApp.FaultsOf(app));
        Assert.Contains("'filter' stands behind 'guard'. The chain: guard → filter.", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_IsNamedByItsType()
    {
        var app = InvariantApp.Build(static app =>
        {
            app.MapGet("/with", static () => "").WithMiddleware<ByType>();
            app.MapGet("/without", static () => "");
            app.Middleware().All().Must.Run<ByType>();
            app.Middleware().All().Must.NotRun<ByType>();
        });

        Assert.Equal(
            ["GET /without: All().Must.Run<ByType>()", "GET /with: All().Must.NotRun<ByType>()"],
            InvariantApp.FaultsOf(app).Select(static fault => $"{fault.Where.Split(" (")[0]}: {fault.What.Split(" is broken")[0]}"));
    }

    private static bool Holds(string chain, Func<RouteMiddleware.Invariants.RouteObligation, object> state)
    {
        var app = InvariantApp.Build(app =>
        {
            app.MapGet("/", static () => "").WithMiddleware(chain.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            Assert.NotNull(state(app.Middleware().All().Must));
        });

        return InvariantApp.FaultsOf(app).Length == 0;
    }

    private static WebApplication Conditional(string template, string? include, string? exclude, Action<WebApplication> state)
        => InvariantApp.Build(app =>
        {
            app.MapGet(template, static () => "").WithMiddleware(new MiddlewareEntry("guard") { Include = include is null ? [] : [include], Exclude = exclude is null ? [] : [exclude] });
            state(app);
        });

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }

    private sealed class ByType : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }
}
