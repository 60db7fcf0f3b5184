using Microsoft.AspNetCore.Routing.Patterns;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Tests.Settings;

public sealed class RoutePathsTests
{
    /// <summary>Template, patterns to include and to exclude, and whether any path of the template is left.</summary>
    [Theory]
    [InlineData("/orders", "/orders", "", true)]
    [InlineData("/orders", "/ORDERS", "", true)]
    [InlineData("/orders", "/orders/open", "", false)]
    [InlineData("/orders", "/order", "", false)]
    [InlineData("/orders/{id}", "/orders/7", "", true)]
    [InlineData("/orders/{id}", "/orders/*/lines", "", false)]
    [InlineData("/orders/{id}/lines", "/orders/*/lines", "", true)]
    [InlineData("/orders/{id?}", "/orders/*", "", true)]
    [InlineData("/files/{**path}", "/files/a/b/c", "", true)]
    [InlineData("/files/{**path}", "/images", "", false)]
    [InlineData("/report-{year}.{format}", "/report-2030.pdf", "", true)]
    [InlineData("/", "/**", "", true)]
    [InlineData("/", "/a", "", false)]
    [InlineData("/orders", "", "/orders", false)]
    [InlineData("/orders/open", "", "/orders", false)]
    [InlineData("/orders/open", "", "/**", false)]
    [InlineData("/orders", "", "/orders/*", true)]
    [InlineData("/orders/{id}", "", "/orders/*", false)]
    [InlineData("/orders/{id}", "", "/orders/7", true)]
    [InlineData("/orders/{id?}", "", "/orders/*", true)]
    [InlineData("/orders/{id=1}", "", "/orders/*", true)]
    [InlineData("/orders/{id?}", "", "/orders", false)]
    [InlineData("/files/{**path}", "", "/files/*", true)]
    [InlineData("/files/{**path}", "", "/files", false)]
    [InlineData("/{tenant}/orders", "", "/*/orders", false)]
    [InlineData("/{tenant}/orders", "", "/shop/orders", true)]
    [InlineData("/{area}/{id}", "/api", "/api/*", false)]
    [InlineData("/{area}/{id}", "/api /web", "/api", true)]
    [InlineData("/{**path}", "/api", "/api", false)]
    [InlineData("/{**path}", "/api", "/api/v1", true)]
    [InlineData("/{**path}", "/api/v1/x", "/api/*/x", false)]
    public void Condition_OnATemplate_IsMetByAPathOrByNone(string template, string include, string exclude, bool expected)
    {
        var condition = new PathCondition(Read(include), Read(exclude));

        Assert.Equal(expected, condition.MayMatch(RoutePatternFactory.Parse(template)));
    }

    private static PathPattern[] Read(string patterns) => [.. patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(PathPattern.Parse)];
}
