using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Commands;

/// <summary>Runs a command.</summary>
internal static class MiddlewareCommands
{
    public const int Good = 0;
    public const int Faulty = 1;
    public const int NotUnderstood = 2;

    /// <summary>Runs the command that stands behind the word.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(WebApplication app, IReadOnlyList<string> args, CommandTerminal terminal)
    {
        var line = CommandLine.Parse(args, CommandUsage.Commands);

        if (line.Fault is { } fault)
        {
            return Refuse(terminal, fault);
        }

        if (line.Name is "help")
        {
            await terminal.Out.WriteLineAsync(CommandUsage.Text).ConfigureAwait(false);
            return Good;
        }

        if (line.Name is "explain" ? line.Operands.Count is 0 or > 2 : line.Operands.Count > 0)
        {
            return Refuse(terminal, line.Name is "explain" ? "'explain' needs one request, such as \"POST /api/orders\"." : $"'{line.Name}' takes no '{line.Operands[0]}'.");
        }

        try
        {
            await DryStart.RunAsync(app).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // What the application itself throws while it is put together comes with the place where it was thrown.
            await terminal.Error.WriteLineAsync(exception is RouteMiddlewareException ? exception.Message : exception.ToString()).ConfigureAwait(false);
            return Faulty;
        }

        return await RunAsync(app, line, terminal).ConfigureAwait(false);
    }

    /// <summary>Says what was not understood, and how it is called.</summary>
    public static int Refuse(CommandTerminal terminal, string fault)
    {
        terminal.Error.WriteLine($"{fault}{Environment.NewLine}{Environment.NewLine}{CommandUsage.Text}");
        return NotUnderstood;
    }

    private static async Task<int> RunAsync(WebApplication app, CommandLine line, CommandTerminal terminal)
    {
        var chains = app.Services.GetRequiredService<IMiddlewareChains>();

        switch (line.Name)
        {
            case "list":
                return new ListCommand(chains, app.Services.GetRequiredService<RouteMiddlewareBuilder>(), terminal).Run(line);
            case "explain":
                return await new ExplainCommand(chains, new RouteFinder(app.Services), terminal).RunAsync(line).ConfigureAwait(false);
            case "lock":
                return new LockCommand(chains, app.Environment.EnvironmentName, terminal).Run(line);
            default:
                await terminal.Out.WriteLineAsync($"Good: {chains.Routes.Count} endpoints, checked in the environment {app.Environment.EnvironmentName}.").ConfigureAwait(false);
                return Good;
        }
    }
}
