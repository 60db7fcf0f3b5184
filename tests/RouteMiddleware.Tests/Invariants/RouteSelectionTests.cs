using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Tests.Invariants;

public sealed class RouteSelectionTests
{
    [Theory]
    [InlineData("/admin", true)]
    [InlineData("/ADMIN", true)]
    [InlineData("admin/", true)]
    [InlineData("/admin/users", true)]
    [InlineData("/admin/{id}", true)]
    [InlineData("/administrator", false)]
    [InlineData("/api/admin", false)]
    [InlineData("/", false)]
    [InlineData("/{page}", true)]
    [InlineData("/{page?}", true)]
    [InlineData("/{id:int}", false)]
    [InlineData("/{id:int}/admin", false)]
    [InlineData("/{page:alpha}", true)]
    [InlineData("/{tenant}/admin", true)]
    [InlineData("/{tenant}/{page}/x", true)]
    [InlineData("/{**path}", true)]
    [InlineData("/{*path:nonfile}", true)]
    [InlineData("/{name}.{ext}", false)]
    [InlineData("/{name}.{ext?}", true)]
    [InlineData("/adm{rest}", true)]
    [InlineData("/x{rest}", false)]
    [InlineData("/files/{**path}", false)]
    public void Under_Admin_ChoosesWhatCanAnswerPathsBelowIt(string template, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, ["GET"], static rules => rules.Under("/admin")));

    [Theory]
    [InlineData("/*/admin", "/{tenant}/admin", true)]
    [InlineData("/*/admin", "/acme/admin/users", true)]
    [InlineData("/*/admin", "/{tenant}", false)]
    [InlineData("/*/admin", "/{tenant}/{rest?}", true)]
    [InlineData("/admin/**", "/admin", true)]
    [InlineData("/admin/users", "/admin", false)]
    [InlineData("/admin/users", "/admin/{page}", true)]
    [InlineData("/admin/users", "/admin/{page:guid}", false)]
    [InlineData("/", "/", true)]
    [InlineData("/", "/x/y", true)]
    public void Under_APattern_ChoosesBySegment(string pattern, string template, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, ["GET"], rules => rules.Under(pattern)));

    [Theory]
    [InlineData("/admin/login", false)]
    [InlineData("/admin/login/step", false)]
    [InlineData("/Admin/Login", false)]
    [InlineData("/admin/login/{step?}", false)]
    [InlineData("/admin/{page}", true)]
    [InlineData("/admin/{page=login}", true)]
    [InlineData("/admin/{**rest}", true)]
    [InlineData("/admin/loginx", true)]
    [InlineData("/admin", true)]
    [InlineData("/{**path}", true)]
    public void Except_LeavesOutOnlyWhatAnswersNothingElse(string template, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, ["GET"], static rules => rules.Under("/admin").Except("/admin/login")));

    [Theory]
    [InlineData("/admin/{page}", false)]
    [InlineData("/admin/{page?}", true)]
    [InlineData("/admin/{page=x}", true)]
    [InlineData("/admin/x/y", false)]
    public void Except_AnySegment_NeedsOne(string template, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, ["GET"], static rules => rules.Under("/admin").Except("/admin/*")));

    [Theory]
    [InlineData("POST /orders/{id}", "/orders/{id:int}", "POST", true)]
    [InlineData("post /Orders/{ID}/", "/orders/{id}", "POST", true)]
    [InlineData("/orders/{id}", "/orders/{id=3}", "DELETE", true)]
    [InlineData("* /orders/{id}", "/orders/{id}", "DELETE", true)]
    [InlineData("GET /orders/{id}", "/orders/{id}", "POST", false)]
    [InlineData("POST /orders/{id}", "/orders/{key}", "POST", false)]
    [InlineData("POST /orders", "/orders/{id}", "POST", false)]
    [InlineData("GET,POST /orders", "/orders", "POST", true)]
    [InlineData("POST /orders", "/orders", null, true)]
    public void Route_ChoosesByMethodAndTemplate(string route, string template, string? method, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, method?.Split(','), rules => rules.Route(route)));

    [Theory]
    [InlineData("GET /{**path}", "/{**path}", "GET", false)]
    [InlineData("/{**path}", "/{**path}", null, false)]
    [InlineData("* /{**path}", "/{**path}", "GET", false)]
    [InlineData("GET /{**path}", "/{**path}", null, true)]
    [InlineData("GET /{**path}", "/{**path}", "GET,POST", true)]
    [InlineData("GET,POST /{**path}", "/{**path}", "POST", false)]
    [InlineData("GET /{**other}", "/{**path}", "GET", true)]
    public void ExceptRoute_LeavesOutOnlyWhatTakesNoOtherMethod(string route, string template, string? methods, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, methods?.Split(','), rules => rules.All().ExceptRoute(route)));

    [Theory]
    [InlineData("GET", false)]
    [InlineData("HEAD", false)]
    [InlineData("OPTIONS,TRACE,get", false)]
    [InlineData("GET,POST", true)]
    [InlineData("DELETE", true)]
    [InlineData("PURGE", true)]
    [InlineData(null, true)]
    public void UnsafeMethods_ChoosesWhatCanChangeSomething(string? methods, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses("/x", methods?.Split(','), static rules => rules.UnsafeMethods()));

    [Theory]
    [InlineData("POST", true)]
    [InlineData("put", true)]
    [InlineData("GET,PUT", true)]
    [InlineData("GET", false)]
    [InlineData(null, true)]
    public void Methods_ChooseAnyOfThem(string? methods, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses("/x", methods?.Split(','), static rules => rules.Methods("POST", "PUT")));

    [Theory]
    [InlineData("/api/x", "POST", true)]
    [InlineData("/api/x", "GET", false)]
    [InlineData("/x", "POST", false)]
    [InlineData("/api/hooks", "POST", false)]
    public void Conditions_HoldTogether(string template, string method, bool expected)
        => Assert.Equal(expected, InvariantApp.Chooses(template, [method], static rules => rules.UnsafeMethods().Under("/api").Except("/api/hooks")));

    [Fact]
    public void Where_AsksTheEndpoint()
    {
        Assert.True(InvariantApp.Chooses("/x/{id}", ["GET"], static rules => rules.Where(static endpoint => endpoint.RoutePattern.Parameters.Count == 1)));
        Assert.False(InvariantApp.Chooses("/x", ["GET"], static rules => rules.Where(static endpoint => endpoint.RoutePattern.Parameters.Count == 1)));
    }

    [Fact]
    public void Selection_StaysAsItIs_WhenANarrowerOneIsMade()
    {
        var app = InvariantApp.Build(static app =>
        {
            app.MapGet("/a/x", static () => "");
            var all = app.Middleware().All();
            all.Except("/a").IfAny().Must.Run("guard");
            all.Must.Run("one");
        });

        Assert.Equal(["All().Must.Run(\"one\")"], InvariantApp.FaultsOf(app).Select(static fault => fault.What.Split(" is ")[0]));
    }

    [Fact]
    public void Selection_OfNothing_IsAFaultUnlessAllowed()
    {
        var app = InvariantApp.Build(static app =>
        {
            app.MapGet("/admin", static () => "");
            app.Middleware().Under("/amdin").Must.Run("guard").Because("a ticket");
            app.Middleware().Under("/amdin").Must.NotRun("guard");
            app.Middleware().Under("/amdin").IfAny().Must.Run("guard");
        });

        var faults = InvariantApp.FaultsOf(app);

        Assert.Equal(
            ["Under(\"/amdin\").Must.Run(\"guard\") is about no route at all (a ticket).", "Under(\"/amdin\").Must.NotRun(\"guard\") is about no route at all."],
            faults.Select(static fault => fault.What));
        Assert.All(faults, static fault => Assert.Matches("^RouteSelectionTests\\.cs:[0-9]+$", fault.Where));
    }

    [Fact]
    public void Conditions_ThatCantBeRead_AreFaultsTogether()
    {
        var app = InvariantApp.Build(static app =>
        {
            app.MapGet("/admin", static () => "");
            app.Middleware().Under("admin").Must.Run("guard");
            app.Middleware().Under("/{tenant}/admin").Must.Run("guard");
            app.Middleware().All().Except("/a*").Except("/{page}").Must.Run("guard");
            app.Middleware().Route("orders").Must.Run("guard");
            app.Middleware().Route("GET /orders/{").Must.Run("guard");
            app.Middleware().Methods().Must.Run("guard");
        });

        Assert.Equal(
            [
                "'admin' is no path pattern: it must begin with '/'.",
                "'/{tenant}/admin' is no path pattern: write * for any one segment, or name a route by Route(\"GET /{tenant}/admin\").",
                "'/a*' is no path pattern: '*' stands for one whole segment, and '**' for all the rest at the end.",
                "'/{page}' is no path pattern: write * for any one segment, or name a route by ExceptRoute(\"GET /{page}\").",
                "'orders' is no route: write its method and its template, like POST /api/orders/{id}.",
                "'GET /orders/{' is no route: ",
                "Methods() names no method.",
            ],
            InvariantApp.FaultsOf(app).Select(static fault => fault.What.StartsWith("'GET /orders/{'", StringComparison.Ordinal) ? fault.What[..29] : fault.What));
    }
}
