using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace RouteMiddleware.Tests.Commands;

public sealed class ExplainCommandTests
{
    [Theory]
    [InlineData("POST /api/orders", "is for the endpoint POST /api/orders")]
    [InlineData("post /API/Orders", "is for the endpoint POST /api/orders")]
    [InlineData("GET /api/orders/7", "is for the endpoint GET /api/orders/{id:int}")]
    [InlineData("GET /api/orders/seven", "is for the endpoint GET /api/orders/{name}")]
    [InlineData("/api/status", "is for the endpoint GET /api/status")]
    [InlineData("/api/status?q=1", "is for the endpoint GET /api/status")]
    [InlineData("DELETE /any", "is for the endpoint * /any")]
    [InlineData("GET /health", "is for the endpoint GET /health")]
    [InlineData("GET /ping", "is for the endpoint GET /ping")]
    [InlineData("GET http://a.example.com/hosted", "4. guard before binding")]
    [InlineData("GET /nowhere", "is answered 404: no endpoint matches.")]
    [InlineData("GET http://c.example.com/hosted", "is answered 404: no endpoint matches.")]
    [InlineData("DELETE /api/orders", "is answered 405: the path takes GET, POST.")]
    [InlineData("HEAD /api/status", "is answered 405: the path takes GET.")]
    public async Task Request_IsMatchedAsRoutingMatchesIt(string request, string expected)
    {
        var (code, output, error) = await Orders.RunAsync("explain", request);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_WithAnotherContentType_Is415()
    {
        Assert.Contains("is answered 415", (await Orders.RunAsync("explain", "POST /json", "--content-type", "text/plain")).Out, StringComparison.Ordinal);
        Assert.Contains("is for the endpoint POST /json", (await Orders.RunAsync("explain", "POST /json", "--content-type=application/json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_InTwoWords_IsOne()
        => Assert.Contains("is for the endpoint POST /api/orders", (await Orders.RunAsync("explain", "POST", "/api/orders")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Request_WithoutMethod_ExplainsEachThatThePathTakes()
    {
        var (_, output, _) = await Orders.RunAsync("explain", "/json");

        Assert.Contains("POST /json is for the endpoint POST /json", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Template_FromTheList_IsFoundAsItIs()
    {
        Assert.Contains("4. guard", (await Orders.RunAsync("explain", "GET /api/orders/{id:int}")).Out, StringComparison.Ordinal);
        Assert.Contains("4. guard", (await Orders.RunAsync("explain", "/api/orders/{name}")).Out, StringComparison.Ordinal);
        Assert.Equal(1, (await Orders.RunAsync("explain", "/api/orders/{nobody}")).Code);
    }

    [Fact]
    public async Task Links_TellOptionsAndWhereEachCameFrom()
    {
        var (_, output, _) = await Orders.RunAsync("explain", "GET /api/orders/7");

        Assert.Contains("id = 7", output, StringComparison.Ordinal);
        Assert.Contains("5 middleware, outermost first", output, StringComparison.Ordinal);
        Assert.Matches(@"  1\. request_id before binding, global list: RouteMiddleware:Middleware:0\r?\n", output);
        Assert.Matches(@"  2\. timing before binding, global list: RouteMiddleware:Middleware:1 not on /health\r?\n", output);
        Assert.Matches(@"  5\. rate_limit:100/1m before binding, group of endpoints: RouteMiddleware:Groups:api:1 through 'api' at Orders.cs:[0-9]+\r?\n     RouteMiddleware.Middleware.RateLimit.RateLimitMiddleware", output);
        Assert.Matches(@"\n     PermitLimit +100 \(argument rate_limit:100/1m in RouteMiddleware:Groups:api:1\)", output);
        Assert.Matches(@"\n     PartitionBy +global \(RouteMiddleware:RateLimit:PartitionBy\)", output);
        Assert.Matches(@"\n     QueueLimit +0 \(default\)", output);
    }

    [Fact]
    public async Task Conditions_ThatLetThisRequestPassBy_AreTold()
    {
        Assert.Contains("not on /health - this request passes it by", (await Orders.RunAsync("explain", "/health")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("passes it by", (await Orders.RunAsync("explain", "/api/status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TakenOff_TellsByWhom()
    {
        var (_, output, _) = await Orders.RunAsync("explain", "/api/status");

        Assert.Matches("guard \\(RouteMiddleware:Groups:api:0\\): taken off by WithoutMiddleware\\(\"guard\"\\) Orders.cs:[0-9]+", output);
        Assert.Contains("gzip (RouteMiddleware:Middleware:3): not enabled, by RouteMiddleware:Middleware:3:Enabled", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GlobalList_OfARouteThatShortCircuits_IsTakenOff()
    {
        var (_, output, _) = await Orders.RunAsync("explain", "/ping");

        Assert.Contains("0 middleware, outermost first", output, StringComparison.Ordinal);
        Assert.Contains("  request_id (RouteMiddleware:Middleware:0): never reached, by ShortCircuit()", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_ThatShortCircuitsWithAuthorization_IsExplainedAllTheSame()
    {
        // Routing itself throws when it meets one.
        var (code, output, error) = await CommandApp.RunAsync(Orders.Services, static app => app.MapGet("/odd", static () => "").RequireAuthorization().ShortCircuit(), ["explain", "/odd"]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("is for the endpoint GET /odd", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatTwoEndpointsFit_IsAFault()
    {
        var (code, output, error) = await CommandApp.RunAsync(
            Orders.Services,
            static app =>
            {
                Orders.Map(app);
                app.MapGet("/health", static () => "twin");
            },
            ["explain", "GET", "/health"],
            Orders.Settings);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("Routing has no answer to 'GET /health': ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /api/orders", "405 for methods other than GET, POST; 404 for other paths, 415 for other content types: the global list alone: request_id → timing → cors")]
    [InlineData("GET /any", "No 405 here: the path takes every method.")]
    [InlineData("GET /api/orders", "'cors' of the global list answers it.")]
    [InlineData("GET /nowhere", "The global list runs alone; no group, no route and no handler.")]
    [InlineData("OPTIONS /api/orders", "It is for the endpoint of the method that it asks for: explain \"GET /api/orders\".")]
    public async Task Elsewhere_IsTold(string request, string expected)
        => Assert.Contains(expected, (await Orders.RunAsync("explain", request)).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Json_HoldsTheOptions()
    {
        var (_, output, _) = await Orders.RunAsync("explain", "GET /api/orders", "--json");
        using var json = JsonDocument.Parse(output);
        var options = json.RootElement[0].GetProperty("middleware")[4].GetProperty("options").EnumerateArray().ToDictionary(static option => option.GetProperty("name").GetString()!);

        Assert.Equal("100", options["PermitLimit"].GetProperty("value").GetString());
        Assert.Equal("Argument", options["PermitLimit"].GetProperty("source").GetString());
        Assert.Equal("RouteMiddleware:RateLimit:PartitionBy", options["PartitionBy"].GetProperty("origin").GetString());
        Assert.False(options["PartitionBy"].GetProperty("isMasked").GetBoolean());
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("POST orders")]
    [InlineData("POST /a /b")]
    [InlineData("ftp://example.com/")]
    [InlineData("")]
    public async Task Request_ThatIsNone_IsRefused(string request)
    {
        var (code, output, error) = await Orders.RunAsync("explain", request);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("is no request.", error, StringComparison.Ordinal);
    }
}
