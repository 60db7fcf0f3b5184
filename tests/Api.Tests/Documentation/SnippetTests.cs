using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RouteMiddleware.Tests.Kit;

namespace Api.Tests.Documentation;

public sealed partial class SnippetTests
{
    private const string CommonUsings = """
        using System; using System.Collections.Generic; using System.Linq; using System.Net; using System.Net.Http; using System.Security.Claims;
        using System.Threading; using System.Threading.Tasks; using Microsoft.AspNetCore.Builder; using Microsoft.AspNetCore.Hosting;
        using Microsoft.AspNetCore.Http; using Microsoft.AspNetCore.Routing; using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection; using Microsoft.Extensions.Hosting; using Microsoft.Extensions.Logging;
        using RouteMiddleware; using RouteMiddleware.Contrib.Redis; using RouteMiddleware.Contrib.Session; using RouteMiddleware.Testing;
        using StackExchange.Redis;

        """;

    private static readonly string Usings = CommonUsings + string.Concat(Namespaces().Select(static name => $"using {name};\n"));

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string> Pages => ["README.md", .. Repository.Files("docs", "*.md")];

    /// <summary>Every C# block of README and docs compiles, given an application (<c>builder</c>, <c>app</c>, <c>group</c>) where it does not make its own.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Snippets_OfAPage_Compile(string page)
    {
        foreach (Match block in Block().Matches(Repository.Read(page)))
        {
            var code = block.Groups["code"].Value;
            var own = code.Contains("WebApplication.CreateBuilder", StringComparison.Ordinal);
            var given = own ? "" : "var builder = WebApplication.CreateBuilder(args); builder.Services.AddRouteMiddleware(); var app = builder.Build(); var group = app.MapGroup(\"/group\");\n";
            var types = code.StartsWith("public ", StringComparison.Ordinal) || code.StartsWith("internal ", StringComparison.Ordinal) || code.StartsWith('[');

            var source = Usings + (types ? "_ = args;\n" + code : given + code);
            var compilation = CSharpCompilation.Create(
                "Snippet",
                [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest))],
                References,
                new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

            var errors = compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToArray();
            Assert.True(errors.Length == 0, $"{page}:\n{code}\n{string.Join('\n', errors.Select(static error => error.GetMessage(System.Globalization.CultureInfo.InvariantCulture)))}");
        }
    }

    // Those of the middleware that have something public.
    private static IEnumerable<string> Namespaces()
        => Repository.Files("src/RouteMiddleware/Middleware", "*.cs").Select(Repository.Read)
            .Where(static text => PublicType().IsMatch(text))
            .Select(static text => NamespaceLine().Match(text).Groups["name"].Value)
            .Where(static name => name.StartsWith("RouteMiddleware.Middleware.", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    [GeneratedRegex("^public .*\\b(class|record|struct|interface|enum) ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex PublicType();

    [GeneratedRegex("^namespace (?<name>[\\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Block();
}
