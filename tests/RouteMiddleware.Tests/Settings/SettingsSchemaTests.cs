using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Settings;

public sealed class SettingsSchemaTests
{
    private const string SchemaFile = "src/RouteMiddleware/appsettings.schema.json";

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private static IReadOnlyList<MiddlewareRegistration> BuiltIn => new ServiceCollection().AddRouteMiddleware().Registrations;

    /// <summary>What editors know is what the code says: <c>UPDATE_SCHEMA=1</c> writes it down anew.</summary>
    [Fact]
    public void Schema_OfThePackage_IsThatOfItsOptions()
    {
        var actual = SettingsSchema.Of(typeof(MiddlewareRegistration).Assembly, BuiltIn);

        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") is "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, SchemaFile), actual);
        }

        Assert.Equal(Repository.Read(SchemaFile), actual);
    }

    [Theory]
    [InlineData("samples/Api/appsettings.json")]
    [InlineData("samples/Api/appsettings.Development.json")]
    public void Settings_OfTheSample_AreValid(string file)
        => Assert.Empty(Validate(Repository.Read(file)));

    [Theory]
    [InlineData("""{ "Logging": { "LogLevel": { "Default": "Information" } } }""")]
    [InlineData("""{ "RouteMiddleware": {} }""")]
    [InlineData("""{ "RouteMiddleware": { "Middleware": ["request_id", "rate_limit:100/1m", "cache:rfc9111", "auth:admin, editor", "my_own:argument", "api", "MyApp.AuditMiddleware, MyApp"] } }""")]
    [InlineData("""{ "RouteMiddleware": { "Middleware": [{ "Name": "logging", "Options": { "LogBody": true }, "Include": ["/", "/api/*/x", "/docs/**"], "Exclude": "/health", "Enabled": false, "Environments": ["Production"] }] } }""")]
    [InlineData("""{ "RouteMiddleware": { "Groups": { "api": ["auth", { "Name": "rate_limit:5/s", "Options": { "Algorithm": "token_bucket", "PartitionBy": "user+route" } }] }, "Disabled": ["logging", "my-own"] } }""")]
    [InlineData("""{ "RouteMiddleware": { "RateLimit": { "Window": "30s", "Algorithm": "TokenBucket" }, "Cache": { "Duration": "1.00:00:00", "Tags": "a,b" }, "Common": { "Debug": null } } }""")]
    [InlineData("""{ "RouteMiddleware": { "SecurityHeaders": { "Headers": { "X-Frame-Options": "", "X-Own": "1" } }, "Audit": { "Anything": 1 } } }""")]
    public void Settings_ThatTheApplicationTakes_AreValid(string settings)
        => Assert.Empty(Validate(settings));

    [Theory]
    [InlineData("""{ "Middleware": ["rate_limit:many"] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": ["gzip:9"] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": ["optional_auth:admin"] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": [""] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": "request_id" }""", "/RouteMiddleware/Middleware")]
    [InlineData("""{ "Middleware": [{ "Options": {} }] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": [{ "Name": "auth", "Option": {} }] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": [{ "Name": "gzip", "Options": { "CompressLevel": 10 } }] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": [{ "Name": "rate_limit:5/s", "Options": { "Algorithm": "slidng" } }] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Middleware": [{ "Name": "auth", "Exclude": ["health"] }] }""", "/RouteMiddleware/Middleware[0]")]
    [InlineData("""{ "Groups": { "api": ["body_limit:much"] } }""", "/RouteMiddleware/Groups/api[0]")]
    [InlineData("""{ "Gzip": { "MinimumSise": 3 } }""", "/RouteMiddleware/Gzip/MinimumSise")]
    [InlineData("""{ "Gzip": { "CompressLevel": 0 } }""", "/RouteMiddleware/Gzip/CompressLevel")]
    [InlineData("""{ "RateLimit": { "Window": "a minute" } }""", "/RouteMiddleware/RateLimit/Window")]
    [InlineData("""{ "RateLimit": { "PermitLimit": "many" } }""", "/RouteMiddleware/RateLimit/PermitLimit")]
    [InlineData("""{ "HttpsRedirection": { "StatusCode": 303 } }""", "/RouteMiddleware/HttpsRedirection/StatusCode")]
    [InlineData("""{ "TrustedHost": { "AllowedHosts": [] } }""", "/RouteMiddleware/TrustedHost/AllowedHosts")]
    [InlineData("""{ "Cors": true }""", "/RouteMiddleware/Cors")]
    public void Settings_ThatTheApplicationRefuses_AreInvalidAtThatPlace(string section, string place)
        => Assert.Contains(Validate($$"""{ "RouteMiddleware": {{section}} }"""), fault => fault.StartsWith($"{place}:", StringComparison.Ordinal));

    [Fact]
    public void Schema_OfEveryAlias_OffersItWithADescription()
    {
        var offers = Schema()["definitions"]!["routeMiddlewareEntryText"]!["anyOf"]!.AsArray().Where(static offer => offer!["const"] is not null).ToDictionary(static offer => (string)offer!["const"]!, static offer => (string?)offer!["description"]);

        Assert.Equal(BuiltIn.Select(static registration => registration.Alias).Order(StringComparer.Ordinal), offers.Keys.Order(StringComparer.Ordinal));
        Assert.All(offers.Values, static description => Assert.False(string.IsNullOrWhiteSpace(description)));
    }

    public static TheoryData<string> Arguments =>
    [
        "100/1m", "10/s", "5 / 30s", "100", "/1m", "1/1", "1x/1m", "30s", "5m", "1h", "1d", "250ms", "00:00:30", "1.02:03:04.5", "23:59", "s", "30", "rfc9111", "RFC9111", "1mb", "512 KiB", "0", "12q", "b",
        "admin", "admin,editor", "admin,,editor", "admin, ", ",", "staff",
    ];

    /// <summary>What the pattern of an options class lets pass is what its argument is read of.</summary>
    [Theory]
    [MemberData(nameof(Arguments))]
    public void ArgumentFormats_OfAllOptions_AgreeWithTheirReaders(string argument)
    {
        foreach (var type in BuiltIn.Select(static registration => registration.OptionsType).OfType<Type>().Distinct().Where(static type => type.IsAssignableTo(typeof(IAcceptArgument))))
        {
            var format = type.GetCustomAttribute<ArgumentFormatAttribute>();
            Assert.NotNull(format);
            Assert.True(IsRead(type, format.Example), $"{type.Name}: {format.Example}");
            Assert.True(IsRead(type, argument) == Regex.IsMatch(argument, $"^({format.Pattern})$", RegexOptions.None, TimeSpan.FromSeconds(5)), $"{type.Name}: {argument}");
        }
    }

    [Fact]
    public void Package_OfTheLibrary_BringsTheSchemaToEditors()
    {
        using var package = new Package("RouteMiddleware");

        var (file, pattern) = Assert.Single(package.ReadSchemaSegments("RouteMiddleware"));

        Assert.Equal(Repository.Read(SchemaFile), File.ReadAllText(file));
        Assert.Matches(pattern, "appsettings.json");
        Assert.Matches(pattern, "appsettings.Development.json");
    }

    private static bool IsRead(Type options, string argument)
    {
        try
        {
            ((IAcceptArgument)Activator.CreateInstance(options)!).ApplyArgument(argument);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static JsonObject Schema() => (JsonObject)JsonNode.Parse(Repository.Read(SchemaFile))!;

    private static IReadOnlyList<string> Validate(string settings) => new JsonSchemaValidator(Schema()).Validate(JsonNode.Parse(settings, documentOptions: Lenient));
}
