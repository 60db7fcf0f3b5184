namespace RouteMiddleware.Commands;

/// <summary>A chain on one line.</summary>
internal static class ChainText
{
    /// <summary>The links with arrows between them.</summary>
    public static string Of(IReadOnlyList<ChainLink> links, CommandTerminal terminal) => links.Count == 0 ? "(nothing)" : string.Join($" {terminal.Arrow} ", links);

    /// <summary>The same in words that a line may break between, each link with the arrow in front of it; and what a call took off.</summary>
    public static IEnumerable<string> Words(IReadOnlyList<ChainLink> links, CommandTerminal terminal, IReadOnlyList<TakenOffLink> takenOff)
    {
        if (links.Count == 0)
        {
            yield return "(nothing)";
        }

        for (var i = 0; i < links.Count; i++)
        {
            var between = i == 0 ? "" : links[i].Place == links[i - 1].Place ? $"{terminal.Arrow} " : "| ";
            yield return $"{between}{links[i]}{StageOf(links[i])}{ConditionOf(links[i])}";
        }

        var without = takenOff.Where(static one => one.Reason == TakenOffReason.WithoutMiddleware).Select(static one => one.Link.ToString()).ToArray();

        if (without.Length > 0)
        {
            yield return $"(without {string.Join(", ", without)})";
        }
    }

    private static string StageOf(ChainLink link) => link.Stage switch
    {
        ChainStage.Handler => " (handler)",
        ChainStage.Both => " (both)",
        _ => "",
    };

    private static string ConditionOf(ChainLink link) => link.Include.Count + link.Exclude.Count == 0 ? "" : " (some paths)";
}
