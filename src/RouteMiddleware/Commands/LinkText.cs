using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Commands;

/// <summary>One middleware of a chain with everything about it.</summary>
internal static class LinkText
{
    private const int Indent = 5;

    public static void Write(CommandTerminal terminal, int number, ChainLink link, PathString? path)
    {
        terminal.WriteWrapped($"{number,3}. ", Indent, [terminal.Bold(link.ToString()), .. Facts(link, path)]);

        if (link.ClassName.Length > 0)
        {
            terminal.WriteText(link.ClassName, Indent);
        }

        var options = link.GetOptions();
        var name = options.Select(static option => option.Name.Length).DefaultIfEmpty().Max();

        foreach (var option in options)
        {
            var value = option.Value switch
            {
                null => "(none)",
                "" => "\"\"",
                var text => LogText.OnOneLine(text),
            };
            terminal.WriteWrapped(new string(' ', Indent) + option.Name.PadRight(name) + "  ", Indent + name + 2, [.. value.Split(' '), .. OriginOf(option, terminal)]);
        }
    }

    public static string Of(TakenOffReason reason) => reason switch
    {
        TakenOffReason.WithoutMiddleware => "taken off by",
        TakenOffReason.Disabled => "switched off everywhere by",
        TakenOffReason.NotEnabled => "not enabled, by",
        TakenOffReason.ShortCircuit => "never reached, by",
        _ => "not in this environment, by",
    };

    private static IEnumerable<string> Facts(ChainLink link, PathString? path)
    {
        yield return link.Stage switch
        {
            ChainStage.Handler => "around the handler,",
            ChainStage.Both => "before binding and around the handler,",
            _ => "before binding,",
        };

        yield return link.Place switch
        {
            ChainPlace.Global => "global list:",
            ChainPlace.Group => "group of endpoints:",
            _ => "endpoint:",
        };

        yield return link.Origin;

        if (link.Groups.Count > 0)
        {
            yield return $"through {string.Join(", ", link.Groups.Select(static group => $"'{group}'"))}{(link.AttachedAt is null ? "" : $" at {link.AttachedAt}")}";
        }

        if (link.Include.Count > 0)
        {
            yield return $"only on {string.Join(", ", link.Include)}";
        }

        if (link.Exclude.Count > 0)
        {
            yield return $"not on {string.Join(", ", link.Exclude)}";
        }

        if (path is { } asked && !Condition(link).Matches(asked.Value))
        {
            yield return "- this request passes it by";
        }
    }

    private static PathCondition Condition(ChainLink link) => new([.. link.Include.Select(PathPattern.Parse)], [.. link.Exclude.Select(PathPattern.Parse)]);

    private static IEnumerable<string> OriginOf(ChainOption option, CommandTerminal terminal)
    {
        var origin = option.Source switch
        {
            ChainOptionSource.ClassDefault => "default",
            ChainOptionSource.Argument => $"argument {option.Origin}",
            ChainOptionSource.Call => $"call at {option.Origin}",
            ChainOptionSource.Entry => $"entry {option.Origin}",
            _ => option.Origin,
        };
        return [terminal.Dim($"({origin})")];
    }
}
