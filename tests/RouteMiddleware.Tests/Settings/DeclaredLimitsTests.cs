using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Settings;

/// <summary>What options declare for editors is what the start-up check holds them to.</summary>
public sealed class DeclaredLimitsTests
{
    // What an alias needs to start at all.
    private static readonly Dictionary<string, string?> Needs = new()
    {
        ["RouteMiddleware:Auth:Secret"] = "base64:Wv0nMlXv0o3aYTnY8pQ4r4jWm1Kq2l7Zb6c9T5sXhUE=",
        ["RouteMiddleware:TrustedHost:AllowedHosts:0"] = "localhost",
    };

    public static TheoryData<string, string, string, bool> Limits
    {
        get
        {
            var data = new TheoryData<string, string, string, bool>();

            foreach (var registration in new ServiceCollection().AddRouteMiddleware().Registrations.Where(static one => one.OptionsType is not null).DistinctBy(static one => one.OptionsType))
            {
                foreach (var (property, value, isAllowed) in DeclaredLimits.Of(registration.OptionsType!))
                {
                    data.Add(registration.Alias, property, value, isAllowed);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task Start_WithAValueAtADeclaredLimit_TakesItAndRefusesTheNext(string alias, string property, string value, bool isAllowed)
    {
        var section = new ServiceCollection().AddRouteMiddleware().Registrations.First(one => one.Alias == alias).Section;
        Dictionary<string, string?> settings = new(Needs) { [$"RouteMiddleware:{section}:{property}"] = value };

        if (value.Length == 0)
        {
            settings.Remove($"RouteMiddleware:{section}:{property}:0");
        }

        var error = await Record.ExceptionAsync(async () =>
        {
            await using var app = await TestApp.StartAsync(
                static builder =>
                {
                    builder.Services.AddOutputCache();
                    builder.Services.AddRouteMiddleware();
                },
                app => Map(app, alias),
                settings);
        });

        if (isAllowed)
        {
            Assert.Null(error);
        }
        else
        {
            Assert.True(error is RouteMiddlewareException, $"{error}");
            Assert.Contains(property, error.Message, StringComparison.Ordinal);
        }
    }

    private static void Map(WebApplication app, string alias)
    {
        app.MapGet("/", () => "ok").WithMiddleware(alias);

        // Its options are those of the page.
        if (alias == "metrics")
        {
            app.MapMetrics("/metrics");
        }
    }
}
