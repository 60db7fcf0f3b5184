using Microsoft.Extensions.Hosting;
using RouteMiddleware.Commands;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Runs the application, or one of the commands that show and check its middleware.</summary>
public static class MiddlewareCommandsExtensions
{
    /// <summary>
    /// Runs the application as <c>RunAsync</c> does; or, where the arguments say <c>middleware list</c>, <c>explain</c>, <c>check</c>, <c>lock</c> or <c>help</c>, that command alone:
    /// no port is opened, and nothing of the application is started.
    /// </summary>
    /// <param name="app">The application, with everything mapped.</param>
    /// <param name="args">The arguments of the program. Options of the host (<c>--environment Production</c>) may stand in front of <c>middleware</c>.</param>
    /// <returns>The exit code: 0 where all is good, 1 where the command found a fault, 2 where it was not understood.</returns>
    public static async Task<int> RunWithMiddlewareCommandsAsync(this WebApplication app, string[] args)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(args);

        if (CommandLine.Find(args) is { } command)
        {
            await using (app.ConfigureAwait(false))
            {
                return await MiddlewareCommands.RunAsync(app, command, CommandTerminal.OfConsole(app.Services)).ConfigureAwait(false);
            }
        }

        await app.RunAsync().ConfigureAwait(false);
        return MiddlewareCommands.Good;
    }
}
