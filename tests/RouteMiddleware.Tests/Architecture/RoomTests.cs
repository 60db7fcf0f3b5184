using System.Text.RegularExpressions;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Architecture;

public sealed partial class RoomTests
{
    // A room may name only the rooms in its row. The root namespace is Abstractions, which is open to all.
    // Middleware know the contract and nothing else, least of all each other.
    private static readonly Dictionary<string, string[]> MayName = new()
    {
        ["Abstractions"] = [],
        ["Settings"] = [],
        ["Pipeline"] = ["Settings"],
        ["Middleware"] = [],
        ["Introspection"] = ["Settings", "Pipeline"],
        ["Commands"] = ["Settings", "Pipeline"],
        ["Invariants"] = ["Settings", "Pipeline"],
        ["Explorer"] = ["Introspection"],
        ["Lifespans"] = [],
        ["Setup"] = ["Settings", "Pipeline", "Middleware", "Introspection", "Invariants", "Explorer", "Lifespans", "Commands"],
    };

    public static TheoryData<string> Libraries => ["RouteMiddleware", "RouteMiddleware.Contrib.Session", "RouteMiddleware.Contrib.Redis", "RouteMiddleware.Contrib.OpenApi", "RouteMiddleware.Testing"];

    [Fact]
    public void Rooms_OfTheCore_NameOnlyThoseOfTheirRow()
    {
        var breaches =
            from file in SourceFile.Of("RouteMiddleware")
            let home = file.Folders[0]
            let house = file.Folders.ElementAtOrDefault(1)
            from Match use in RoomName().Matches(file.Text)
            let room = use.Groups["room"].Value
            where room == home
                ? home == "Middleware" && use.Groups["house"].Value != house
                : !MayName.GetValueOrDefault(home, []).Contains(room)
            where !IsNamespaceLine(file.Text, use.Index)
            select $"{file.Path} names {use.Value}";

        Assert.Empty(breaches);
    }

    [Fact]
    public void Rooms_OfTheCore_AreAllInTheTable()
        => Assert.Equal(MayName.Keys.Order(StringComparer.Ordinal), SourceFile.Of("RouteMiddleware").Select(file => file.Folders[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Fact]
    public void Contrib_UsesThePublicApiAlone()
    {
        var project = Repository.Read("src/RouteMiddleware/RouteMiddleware.csproj");

        Assert.DoesNotMatch("InternalsVisibleTo Include=\"[^\"]*Contrib[^\"]*\"", project);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Namespaces_FollowTheFolders(string library)
    {
        var strays =
            from file in SourceFile.Of(library)
            let declared = NamespaceLine().Match(file.Text).Groups["name"].Value
            let expected = string.Join('.', file.Folders.Where(static folder => folder != "Abstractions").Prepend(library))
            where declared != expected && !(file.Path.EndsWith("Extensions.cs", StringComparison.Ordinal) && declared.StartsWith("Microsoft.", StringComparison.Ordinal))
            select $"{file.Path} declares {declared}, not {expected}";

        Assert.Empty(strays);
    }

    [Fact]
    public void Namespaces_AreNeverNamesOfTypes()
    {
        var sources = Repository.Files("src", "*.cs").Select(Repository.Read).ToArray();
        var types = sources.SelectMany(static text => TypeName().Matches(text)).Select(static match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var parts = sources.SelectMany(static text => NamespaceLine().Match(text).Groups["name"].Value.Split('.')).Distinct(StringComparer.Ordinal);

        Assert.Empty(parts.Intersect(types, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void Files_StayBelowThreeHundredLines(string folder)
    {
        var longest = Repository.Files(folder, "*.cs").Select(static file => (Lines: Repository.Read(file).Count(static letter => letter == '\n'), file)).Max();

        Assert.True(longest.Lines <= 300, $"{longest.file} has {longest.Lines} lines.");
    }

    [Fact]
    public void Middleware_EachHasItsPage()
    {
        var pages = Repository.Files("docs/middleware", "*.md").Select(static page => Path.GetFileNameWithoutExtension(page));
        var aliases = from file in Repository.Files("src", "*.cs")
                      from Match match in Alias().Matches(Repository.Read(file))
                      select match.Groups["alias"].Value;

        // optional_auth shares the page of auth: one section, one reader.
        Assert.Empty(aliases.Except([.. pages, "optional_auth"], StringComparer.Ordinal));
    }

    private static bool IsNamespaceLine(string text, int index)
    {
        var start = text.LastIndexOf('\n', Math.Max(0, index - 1)) + 1;
        return text.AsSpan(start).StartsWith("namespace ");
    }

    [GeneratedRegex(@"RouteMiddleware\.(?<room>Settings|Pipeline|Middleware|Introspection|Invariants|Explorer|Lifespans|Commands|Setup)\b(\.(?<house>\w+))?", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex RoomName();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) (?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TypeName();

    [GeneratedRegex("AddMiddleware<[^(]*>\\(\\s*\"(?<alias>[a-z_]+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Alias();
}
