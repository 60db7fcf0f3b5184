using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Settings;

public sealed class SettingsSchemaTests
{
    private const string SchemaFile = "src/RouteMiddleware.Contrib.Session/appsettings.schema.json";
    private const string CoreFile = "src/RouteMiddleware/appsettings.schema.json";

    private static readonly Type OptionsType = typeof(SessionOptions);

    /// <summary>What editors know is what the code says: <c>UPDATE_SCHEMA=1</c> writes it down anew.</summary>
    [Fact]
    public void Schema_OfThePackage_IsThatOfItsOptions()
    {
        var actual = SettingsSchema.Of(OptionsType.Assembly, new ServiceCollection().AddRouteMiddleware().AddSession().Registrations);

        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") is "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, SchemaFile), actual);
        }

        Assert.Equal(Repository.Read(SchemaFile), actual);
    }

    [Fact]
    public void Settings_OfTheSample_AreValidByBothSchemas()
        => Assert.Empty(Validate(Repository.Read("samples/Api/appsettings.json")));

    [Theory]
    [InlineData("""{ "Middleware": ["session", "rate_limit:5/s", { "Name": "session", "Options": { "Engine": "memory" } }], "Groups": { "web": ["session", "session_auth"] }, "Disabled": ["session"] }""")]
    [InlineData("""{ "Session": { "CookieMaxAge": null, "IdleTimeout": "20m", "CookieSameSite": "Strict" } }""")]
    public void Settings_ThatTheApplicationTakes_AreValid(string section)
        => Assert.Empty(Validate($$"""{ "RouteMiddleware": {{section}} }"""));

    [Theory]
    [InlineData("""{ "Middleware": ["session:memory"] }""")]
    [InlineData("""{ "Middleware": [{ "Name": "session", "Options": { "Engin": "memory" } }] }""")]
    [InlineData("""{ "Groups": { "web": [{ "Name": "session_auth", "Options": { "Roles": "admin" } }] } }""")]
    [InlineData("""{ "Session": { "Engine": "files" } }""")]
    [InlineData("""{ "Session": { "MaxCookieBytes": 511 } }""")]
    [InlineData("""{ "Session": { "Cookie": "id" } }""")]
    [InlineData("""{ "Gzip": { "CompressLevel": 0 } }""")]
    public void Settings_ThatTheApplicationRefuses_AreInvalid(string section)
        => Assert.NotEmpty(Validate($$"""{ "RouteMiddleware": {{section}} }"""));

    public static TheoryData<string, string, bool> Limits
    {
        get
        {
            var data = new TheoryData<string, string, bool>();

            foreach (var (property, value, isAllowed) in DeclaredLimits.Of(OptionsType))
            {
                data.Add(property, value, isAllowed);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task Start_WithAValueAtADeclaredLimit_TakesItAndRefusesTheNext(string property, string value, bool isAllowed)
    {
        var error = await Record.ExceptionAsync(async () =>
        {
            await using var app = await TestApp.StartAsync(
                static builder => builder.Services.AddRouteMiddleware().AddSession(),
                static app => app.MapGet("/", () => "ok").WithMiddleware("session"),
                [new("RouteMiddleware:Session:Secret", SessionApp.Secret), new($"RouteMiddleware:Session:{property}", value)]);
        });

        if (isAllowed)
        {
            Assert.Null(error);
        }
        else
        {
            Assert.Contains(Assert.IsType<RouteMiddlewareException>(error).Faults, fault => fault.ToString().Contains(property, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Package_OfTheLibrary_BringsTheSchemaToEditors()
    {
        using var package = new Package("RouteMiddleware.Contrib.Session");

        var (file, _) = Assert.Single(package.ReadSchemaSegments("RouteMiddleware.Contrib.Session"));

        Assert.Equal(Repository.Read(SchemaFile), File.ReadAllText(file));
    }

    // Once as an editor that holds the file against each schema, and once as one that merges them first.
    private static List<string> Validate(string settings)
    {
        var document = JsonNode.Parse(settings);
        var (core, session) = (Read(CoreFile), Read(SchemaFile));
        List<string> apart = [.. new JsonSchemaValidator(core).Validate(document), .. new JsonSchemaValidator(session).Validate(document)];
        var merged = new JsonSchemaValidator((JsonObject)Merge(core, session)).Validate(document);

        Assert.Equal(apart.Count == 0, merged.Count == 0);
        return [.. apart, .. merged];
    }

    private static JsonObject Read(string file) => (JsonObject)JsonNode.Parse(Repository.Read(file))!;

    // Members come together, lists are appended, and of two values the later one holds.
    private static JsonNode Merge(JsonNode first, JsonNode second)
    {
        switch (first, second)
        {
            case (JsonObject left, JsonObject right):
                var members = (JsonObject)left.DeepClone();

                foreach (var (key, value) in right)
                {
                    members[key] = members[key] is { } known ? Merge(known, value!) : value?.DeepClone();
                }

                return members;
            case (JsonArray left, JsonArray right):
                return new JsonArray([.. left.Concat(right).Select(static item => item?.DeepClone())]);
            default:
                return second.DeepClone();
        }
    }
}
