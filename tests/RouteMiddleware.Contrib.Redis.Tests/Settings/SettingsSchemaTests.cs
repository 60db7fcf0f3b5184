using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Settings;

public sealed class SettingsSchemaTests
{
    private const string SchemaFile = "src/RouteMiddleware.Contrib.Redis/appsettings.schema.json";

    /// <summary>What editors know is what the code says: <c>UPDATE_SCHEMA=1</c> writes it down anew.</summary>
    [Fact]
    public void Schema_OfThePackage_IsThatOfItsOptions()
    {
        var actual = SettingsSchema.Of(typeof(RedisOptions).Assembly, new ServiceCollection().AddRouteMiddleware().AddRedis().Registrations, ("Redis", typeof(RedisOptions)));

        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") is "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, SchemaFile), actual);
        }

        Assert.Equal(Repository.Read(SchemaFile), actual);
    }

    [Theory]
    [InlineData("""{ "Configuration": "localhost:6379", "KeyPrefix": "shop:", "Required": true, "ConnectTimeout": "2s" }""", true)]
    [InlineData("""{ "Config": "localhost:6379" }""", false)]
    [InlineData("""{ "ConnectTimeout": 2 }""", false)]
    [InlineData("""{ "Required": "perhaps" }""", false)]
    public void Section_OfTheConnection_IsValidAsTheApplicationTakesIt(string section, bool isValid)
        => Assert.Equal(isValid, new JsonSchemaValidator((JsonObject)JsonNode.Parse(Repository.Read(SchemaFile))!).Validate(JsonNode.Parse($$"""{ "RouteMiddleware": { "Redis": {{section}} } }""")).Count == 0);

    public static TheoryData<string, string, bool> Limits
    {
        get
        {
            var data = new TheoryData<string, string, bool>();

            foreach (var (property, value, isAllowed) in DeclaredLimits.Of(typeof(RedisOptions)))
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
                static builder => builder.Services.AddRouteMiddleware().AddRedis(),
                static app => app.MapGet("/", () => "ok"),
                [new("RouteMiddleware:Redis:Configuration", "127.0.0.1:1"), new($"RouteMiddleware:Redis:{property}", value)]);
        });

        if (isAllowed)
        {
            Assert.Null(error);
        }
        else
        {
            Assert.Contains(property, Assert.IsType<RouteMiddlewareException>(error).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Package_OfTheLibrary_BringsTheSchemaToEditors()
    {
        using var package = new Package("RouteMiddleware.Contrib.Redis");

        var (file, _) = Assert.Single(package.ReadSchemaSegments("RouteMiddleware.Contrib.Redis"));

        Assert.Equal(Repository.Read(SchemaFile), File.ReadAllText(file));
    }
}
