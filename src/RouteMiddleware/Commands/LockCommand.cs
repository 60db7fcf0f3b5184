namespace RouteMiddleware.Commands;

/// <summary>Writes the chains of all routes into a file, or compares them with it.</summary>
internal sealed class LockCommand(IMiddlewareChains chains, string environment, CommandTerminal terminal)
{
    private const string DefaultFile = "middleware.lock";

    public int Run(CommandLine line)
    {
        var file = line["--file"] ?? DefaultFile;
        return line.Has("--verify") ? Verify(file) : Write(file);
    }

    private int Write(string file)
    {
        var routes = chains.Routes;

        try
        {
            File.WriteAllText(file, LockText.Of(routes, chains.Describe(null), environment));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Error.WriteLine($"The file '{file}' can't be written: {exception.Message}");
            return MiddlewareCommands.Faulty;
        }

        terminal.Out.WriteLine($"{routes.Count} endpoints written to {file}.");
        return MiddlewareCommands.Good;
    }

    private int Verify(string file)
    {
        string text;

        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Error.WriteLine(exception is FileNotFoundException or DirectoryNotFoundException
                ? $"The file '{file}' is not there. Write it by 'middleware lock --file {file}', and add it to version control."
                : $"The file '{file}' can't be read: {exception.Message}");
            return MiddlewareCommands.Faulty;
        }

        var routes = chains.Routes;
        var difference = LockDiff.Of(LockText.Parse(text), LockText.Blocks(routes, chains.Describe(null))).ToArray();

        if (difference.Length == 0)
        {
            terminal.Out.WriteLine($"{routes.Count} endpoints are as {file} has them.");
            return MiddlewareCommands.Good;
        }

        terminal.Out.WriteLine($"--- {file}");
        terminal.Out.WriteLine("+++ this application");
        Array.ForEach(difference, terminal.Out.WriteLine);
        terminal.Error.WriteLine($"The middleware of this application is not what {file} has. If that is meant, write it anew by 'middleware lock --file {file}', and let the difference be reviewed.");

        if (!text.Contains($"{LockText.Comment} {LockText.EnvironmentOf(environment)}", StringComparison.Ordinal))
        {
            terminal.Error.WriteLine($"It was written in another environment than {environment}, where other entries may count.");
        }

        return MiddlewareCommands.Faulty;
    }
}
