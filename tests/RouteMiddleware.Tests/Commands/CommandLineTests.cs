using RouteMiddleware.Commands;

namespace RouteMiddleware.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("middleware list", "list")]
    [InlineData("-- middleware list --json", "list --json")]
    [InlineData("--environment Production middleware check", "check")]
    [InlineData("--environment=Production --urls http://localhost:1 middleware check", "check")]
    [InlineData("Key=value middleware check", "check")]
    [InlineData("middleware", "")]
    [InlineData("", null)]
    [InlineData("list", null)]
    [InlineData("serve middleware list", null)]
    [InlineData("--environment middleware", null)]
    [InlineData("--name=middleware", null)]
    [InlineData("Middleware list", null)]
    public void Command_StandsBehindTheOptionsOfTheHost(string args, string? expected)
    {
        var found = CommandLine.Find(args.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(expected, found is null ? null : string.Join(' ', found));
    }

    [Theory]
    [InlineData("lst", "There is no command 'lst'. Did you mean 'list'?")]
    [InlineData("list --jason", "'list' has no option '--jason'. Did you mean '--json'?")]
    [InlineData("list --route", "The option '--route' needs a value.")]
    [InlineData("list --json=yes", "The option '--json' takes no value.")]
    [InlineData("list all", "'list' takes no 'all'.")]
    [InlineData("check --fast", "'check' takes no option '--fast'.")]
    [InlineData("explain", "'explain' needs one request")]
    [InlineData("explain GET /a b", "'explain' needs one request")]
    [InlineData("lock --verfy", "'lock' has no option '--verfy'. Did you mean '--verify'?")]
    public async Task Command_ThatIsNotUnderstood_TellsWhyAndHowItIsCalled(string args, string expected)
    {
        var (code, output, error) = await Orders.RunAsync(args.Split(' '));

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Contains("Usage: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("")]
    public async Task Help_TellsEveryCommandAndOption(string args)
    {
        var (code, output, error) = await Orders.RunAsync(args.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((0, ""), (code, error));
        Assert.All(CommandUsage.Commands, command => Assert.Contains($"  {command.Key} ", output, StringComparison.Ordinal));
        Assert.All(CommandUsage.Commands.SelectMany(static command => command.Value), option => Assert.Contains(option.TrimEnd('='), output, StringComparison.Ordinal));
        Assert.All(output.Split('\n'), static line => Assert.True(line.Length <= 110, line));
    }
}
