using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Commands;

/// <summary>
/// Sends logs to the standard error where the program was started with a command: what is logged while the application is put together must not stand in front of the result.
/// </summary>
internal sealed class CommandLogs : IPostConfigureOptions<ConsoleLoggerOptions>
{
    public void PostConfigure(string? name, ConsoleLoggerOptions options) => Redirect(options, [.. Environment.GetCommandLineArgs().Skip(1)]);

    public static void Redirect(ConsoleLoggerOptions options, IReadOnlyList<string> args)
    {
        if (CommandLine.Find(args) is not null)
        {
            options.LogToStandardErrorThreshold = LogLevel.Trace;
        }
    }
}
