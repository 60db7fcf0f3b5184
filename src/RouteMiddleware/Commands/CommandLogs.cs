using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Commands;

/// <summary>
/// Sends logs to the standard error where a command runs: what is logged must not stand among its result. Which command that is, the application says by the arguments that
/// it hands over; until then those of the process are the best guess, for what is logged while the application is put together must not stand in front of the result either.
/// </summary>
/// <param name="processArgs">The arguments of the process.</param>
internal sealed class CommandLogs(IReadOnlyList<string> processArgs) : IPostConfigureOptions<ConsoleLoggerOptions>, IStartupFilter
{
    private readonly Lock _lock = new();
    private readonly List<(ConsoleLoggerOptions Options, LogLevel Threshold)> _redirected = [];
    private bool _isWanted = CommandLine.Find(processArgs) is not null;
    private bool _isCertain;

    public void PostConfigure(string? name, ConsoleLoggerOptions options)
    {
        lock (_lock)
        {
            if (_isWanted)
            {
                _redirected.Add((options, options.LogToStandardErrorThreshold));
                options.LogToStandardErrorThreshold = LogLevel.Trace;
            }
        }
    }

    /// <summary>Says that a command runs, whatever the arguments of the process are.</summary>
    /// <param name="options">The options that are in use.</param>
    public void Begin(ConsoleLoggerOptions? options)
    {
        lock (_lock)
        {
            _isWanted = _isCertain = true;

            if (options is not null)
            {
                options.LogToStandardErrorThreshold = LogLevel.Trace;
            }
        }
    }

    // The application starts, and with no command: its logs go where its settings say. A host's own arguments (a test runner's, a tool's) were not for it.
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        lock (_lock)
        {
            if (!_isCertain)
            {
                _redirected.ForEach(static one => one.Options.LogToStandardErrorThreshold = one.Threshold);
                _redirected.Clear();
                _isWanted = false;
            }
        }

        return next;
    }
}
