namespace RouteMiddleware.Commands;

/// <summary>What the commands are, and how they are called.</summary>
internal static class CommandUsage
{
    public const string Text = """
        Usage: <application> [host options] middleware <command> [options]

          list                      Every endpoint with its whole chain.
            --route <pattern>         Routes that hold this text; * stands for anything.
            --middleware <alias>      Routes on which it runs.
            --method <verb>           Routes that take this method.
            --json                    For programs.
          explain "POST /orders"    The endpoint that a request would get, and each middleware with its options
                                    and where every value came from; what was taken off; 404, 405 and preflight.
            --content-type <type>     The request's content type.
            --json                    For programs.
          check                     All checks of the start. 0 where all is good.
          lock                      Writes every route's chain into a file for review.
            --file <path>             The file. Default: middleware.lock
            --verify                  Compares instead, and shows what differs.
          help                      This text.

        Exit code: 0 good, 1 a fault or a difference, 2 not understood.
        """;

    /// <summary>The commands with their options; those that take a value end in <c>=</c>.</summary>
    public static IReadOnlyDictionary<string, string[]> Commands { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["list"] = ["--route=", "--middleware=", "--method=", "--json"],
        ["explain"] = ["--content-type=", "--json"],
        ["check"] = [],
        ["lock"] = ["--file=", "--verify"],
        ["help"] = [],
    };
}
