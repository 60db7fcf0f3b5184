using System.Text;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Commands;

/// <summary>
/// The chains of all routes as lines for review. The same on every machine: sorted, without files, lines, options and secrets, and with the same ends of lines.
/// </summary>
internal static class LockText
{
    public const string Comment = "#";

    /// <summary>The whole text.</summary>
    public static string Of(IReadOnlyList<RouteChain> routes, RouteChain unmatched, string environment)
    {
        var text = new StringBuilder();
        text.Append("# What runs on every route, outermost first. Written by 'middleware lock'; 'middleware lock --verify' compares.\n");
        text.Append("# ").Append(EnvironmentOf(environment)).Append('\n');

        foreach (var block in Blocks(routes, unmatched))
        {
            text.Append('\n');

            foreach (var line in block.Lines.Prepend(block.Name))
            {
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    public static string EnvironmentOf(string environment) => $"Environment: {environment}";

    /// <summary>A block for each route.</summary>
    public static IReadOnlyList<LockBlock> Blocks(IReadOnlyList<RouteChain> routes, RouteChain unmatched)
        => [new LockBlock("(no endpoint: 404, 405, 415)", LinesOf(unmatched)), .. RouteOrder.Sort(routes).Select(static route => new LockBlock(NameOf(route), LinesOf(route)))];

    /// <summary>The blocks of a text.</summary>
    public static IReadOnlyList<LockBlock> Parse(string text)
    {
        List<LockBlock> blocks = [];
        List<string>? lines = null;

        foreach (var line in text.Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.Length > 0 && !line.StartsWith(Comment, StringComparison.Ordinal)))
        {
            if (line[0] != ' ')
            {
                blocks.Add(new LockBlock(line, lines = []));
            }
            else
            {
                lines?.Add(line);
            }
        }

        return blocks;
    }

    private static string NameOf(RouteChain route)
    {
        var hosts = route.Endpoint?.Metadata.GetMetadata<IHostMetadata>()?.Hosts ?? [];
        var order = route.Order == 0 ? "" : $" (order {route.Order})";
        return LogText.OnOneLine($"{RouteOrder.MethodsOf(route)} {RouteOrder.PathOf(route)}{(hosts.Count == 0 ? "" : $" (host {string.Join(", ", hosts.Order(StringComparer.Ordinal))})")}{order}");
    }

    private static IReadOnlyList<string> LinesOf(RouteChain route)
        => route.Links.Count == 0 ? ["  (nothing)"] : [.. route.Links.Select(LineOf)];

    private static string LineOf(ChainLink link)
    {
        var stage = link.Stage switch
        {
            ChainStage.Handler => " (handler)",
            ChainStage.Both => " (both)",
            _ => "",
        };
        var include = link.Include.Count == 0 ? "" : $" (only {string.Join(", ", link.Include)})";
        var exclude = link.Exclude.Count == 0 ? "" : $" (not {string.Join(", ", link.Exclude)})";
        return LogText.OnOneLine($"  {link}{stage}{include}{exclude}");
    }
}
