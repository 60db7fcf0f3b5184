namespace RouteMiddleware.Commands;

/// <summary>Sorts routes so that their order does not depend on that of the calls that mapped them.</summary>
internal static class RouteOrder
{
    public static IEnumerable<RouteChain> Sort(IEnumerable<RouteChain> routes)
        => routes.OrderBy(static route => route.Template is null)
            .ThenBy(static route => route.Template ?? route.DisplayName, StringComparer.Ordinal)
            .ThenBy(MethodsOf, StringComparer.Ordinal)
            .ThenBy(static route => route.Order)
            .ThenBy(static route => string.Join(' ', route.Links), StringComparer.Ordinal);

    public static string MethodsOf(RouteChain route) => route.Methods.Count == 0 ? "*" : string.Join(',', route.Methods.Order(StringComparer.Ordinal));

    public static string PathOf(RouteChain route) => route.Template ?? route.DisplayName ?? "(endpoint without a name)";
}
