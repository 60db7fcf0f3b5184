using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using RouteMiddleware.Commands;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Commands;

public sealed class CommandLogsTests
{
    [Theory]
    [InlineData("middleware list", LogLevel.Trace)]
    [InlineData("--environment Production middleware list --json", LogLevel.Trace)]
    [InlineData("", LogLevel.Warning)]
    [InlineData("--urls middleware", LogLevel.Warning)]
    [InlineData("migrate", LogLevel.Warning)]
    public void Logs_OfAProgramWithACommand_GoToTheStandardErrorFromTheBeginning(string args, LogLevel threshold)
    {
        var options = new ConsoleLoggerOptions { LogToStandardErrorThreshold = LogLevel.Warning };

        Of(args).PostConfigure(null, options);

        Assert.Equal(threshold, options.LogToStandardErrorThreshold);
    }

    [Fact]
    public void Logs_OfAnApplicationThatStarts_GoWhereItsSettingsSay()
    {
        // The arguments of the process were for somebody else: a test runner, a tool that hosts the application.
        var options = new ConsoleLoggerOptions { LogToStandardErrorThreshold = LogLevel.Warning };
        var logs = Of("middleware list");
        logs.PostConfigure(null, options);

        logs.Configure(static _ => { });
        Assert.Equal(LogLevel.Warning, options.LogToStandardErrorThreshold);

        logs.PostConfigure(null, options);
        Assert.Equal(LogLevel.Warning, options.LogToStandardErrorThreshold);
    }

    [Fact]
    public void Logs_OfACommandThatCodeGave_GoToTheStandardError()
    {
        var (options, later) = (new ConsoleLoggerOptions(), new ConsoleLoggerOptions());
        var logs = Of("--anything");

        logs.Begin(options);
        logs.Configure(static _ => { });
        logs.PostConfigure(null, later);

        Assert.Equal(LogLevel.Trace, options.LogToStandardErrorThreshold);
        Assert.Equal(LogLevel.Trace, later.LogToStandardErrorThreshold);
    }

    [Fact]
    public async Task Redirection_IsPutOnByTheLibrary_AndTakenOffByTheStart()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Logging.AddConsole().AddFilter<ConsoleLoggerProvider>(static _ => false);
                builder.Services.AddRouteMiddleware();
                builder.Services.AddSingleton(Of("middleware list"));
            },
            static app => Assert.Equal(LogLevel.Trace, ThresholdOf(app.Services)));

        Assert.Equal(LogLevel.None, ThresholdOf(app.App.Services));
    }

    private static CommandLogs Of(string args) => new(args.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static LogLevel ThresholdOf(IServiceProvider services) => services.GetRequiredService<IOptionsMonitor<ConsoleLoggerOptions>>().CurrentValue.LogToStandardErrorThreshold;
}
