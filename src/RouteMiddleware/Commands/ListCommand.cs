using System.Text.RegularExpressions;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Commands;

/// <summary>Every endpoint with its whole chain.</summary>
internal sealed class ListCommand(IMiddlewareChains chains, RouteMiddlewareBuilder builder, CommandTerminal terminal)
{
    // A chain in fewer columns is a list of single words.
    private const int NarrowestChain = 30;

    public int Run(CommandLine line)
    {
        if (line["--middleware"] is { } alias && AdviceOn(alias) is { } advice)
        {
            return MiddlewareCommands.Refuse(terminal, $"No middleware has the alias '{alias}'. {advice}");
        }

        var all = chains.Routes;
        RouteChain[] routes = [.. RouteOrder.Sort(Filter(all, line))];

        if (line.Has("--json"))
        {
            ChainJson.Write(terminal.Out, routes, withOptions: false);
        }
        else if (routes.Length == 0)
        {
            terminal.WriteText(all.Count == 0 ? $"The application has no endpoints. The global list runs alone: {ChainText.Of(chains.Describe(null).Links, terminal)}" : "No route is like that.");
        }
        else
        {
            Write(routes);
        }

        return MiddlewareCommands.Good;
    }

    private static IEnumerable<RouteChain> Filter(IEnumerable<RouteChain> routes, CommandLine line)
    {
        if (line["--route"] is { } pattern)
        {
            var expression = pattern.Contains('*', StringComparison.Ordinal)
                ? $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$"
                : Regex.Escape(pattern);
            routes = routes.Where(route => Regex.IsMatch(RouteOrder.PathOf(route), expression, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
        }

        if (line["--method"] is { } method)
        {
            routes = routes.Where(route => route.Methods.Count == 0 || route.Methods.Contains(method, StringComparer.OrdinalIgnoreCase));
        }

        return line["--middleware"] is { } alias ? routes.Where(route => route.Links.Any(link => AliasComparer.Instance.Equals(link.Name, alias))) : routes;
    }

    // Classes that calls name by type have their full name for an alias.
    private string? AdviceOn(string alias)
    {
        var known = builder.Registrations.Select(static one => one.Alias);
        var used = chains.Routes.Append(chains.Describe(null)).SelectMany(static route => route.Links).Select(static link => link.Name).Distinct(StringComparer.Ordinal);
        return known.Concat(used).Contains(alias, AliasComparer.Instance) ? null : NearestName.Advice(alias, known);
    }

    private void Write(RouteChain[] routes)
    {
        var method = Math.Max("METHOD".Length, routes.Max(static route => RouteOrder.MethodsOf(route).Length));
        var path = Math.Max("ROUTE".Length, routes.Max(static route => RouteOrder.PathOf(route).Length));
        var indent = method + path + 4;

        if (terminal.Width is { } width && width - indent < NarrowestChain)
        {
            WriteStacked(routes);
        }
        else
        {
            terminal.Out.WriteLine(terminal.Bold($"{"METHOD".PadRight(method)}  {"ROUTE".PadRight(path)}  MIDDLEWARE"));

            foreach (var route in routes)
            {
                terminal.WriteWrapped($"{RouteOrder.MethodsOf(route).PadRight(method)}  {terminal.Bold(RouteOrder.PathOf(route).PadRight(path))}  ", indent, Words(route));
            }
        }

        terminal.Out.WriteLine();
        terminal.WriteText($"{routes.Length} {(routes.Length == 1 ? "endpoint" : "endpoints")}. The global list, the groups and the route are parted by '|'. Where no endpoint matches, the global list runs alone: {ChainText.Of(chains.Describe(null).Links, terminal)}");
    }

    private void WriteStacked(RouteChain[] routes)
    {
        foreach (var route in routes)
        {
            terminal.WriteWrapped("", 0, [RouteOrder.MethodsOf(route), terminal.Bold(RouteOrder.PathOf(route))]);
            terminal.WriteWrapped("    ", 4, Words(route));
        }
    }

    private IEnumerable<string> Words(RouteChain route) => ChainText.Words(route.Links, terminal, route.TakenOff);
}
