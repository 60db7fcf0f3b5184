using System.Text.RegularExpressions;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Architecture;

public sealed partial class WayOfARequestTests
{
    /// <summary>The steps from the call to the handler are named after classes of ours; each must exist.</summary>
    [Fact]
    public void Steps_FromTheCallToTheHandler_NameClassesThatExist()
    {
        var page = Repository.Read("docs/way-of-a-request.md");
        var section = page[page.IndexOf("## From the call to the handler", StringComparison.Ordinal)..page.IndexOf("## What a start is refused for", StringComparison.Ordinal)];
        var types = typeof(HookMiddleware).Assembly.GetTypes().Select(static type => type.Name).ToHashSet(StringComparer.Ordinal);

        var named = Name().Matches(section).Select(static match => match.Groups["type"].Value).Except(["Add", "Finally"], StringComparer.Ordinal).ToArray();

        Assert.Contains("ChainComposer", named);
        Assert.Empty(named.Except(types, StringComparer.Ordinal));
    }

    [GeneratedRegex("`(?<type>[A-Z][A-Za-z]+)(\\.[A-Za-z]+)?`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Name();
}
