using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using RouteMiddleware.Commands;

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

        CommandLogs.Redirect(options, args.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(threshold, options.LogToStandardErrorThreshold);
    }

    [Fact]
    public void Redirection_IsPutOnByTheLibrary()
    {
        var services = new ServiceCollection();
        services.AddRouteMiddleware();

        Assert.Contains(services, static service => service.ServiceType == typeof(IPostConfigureOptions<ConsoleLoggerOptions>) && service.ImplementationType == typeof(CommandLogs));
    }
}
