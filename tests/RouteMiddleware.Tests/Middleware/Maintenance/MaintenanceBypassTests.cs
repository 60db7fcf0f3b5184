using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Maintenance;

public sealed class MaintenanceBypassTests
{
    private const HttpStatusCode Open = HttpStatusCode.OK;
    private const HttpStatusCode Closed = HttpStatusCode.ServiceUnavailable;
    private const string Header = "X-Maintenance-Bypass";
    private const string Secret = "k7Qz!w2~Xb9pLr4#Ts6vNd8mYc1fHg3j";
    private const string TokenSecret = "0f8Lq2vZk1Xw9TnB7yRc4HsD6mJp3GaE";

    [Fact]
    public void Defaults_LetNobodyPass()
    {
        var options = new MaintenanceOptions();

        Assert.Null(options.BypassSecret);
        Assert.Empty(options.BypassRoles);
    }

    [Theory]
    [InlineData($"{Header}: {Secret}\r\n", Open)]
    [InlineData($"x-maintenance-bypass:{Secret}\r\n", Open)]
    [InlineData("", Closed)]
    [InlineData($"{Header}: \r\n", Closed)]
    [InlineData($"{Header}: {Secret}x\r\n", Closed)]
    [InlineData($"{Header}: k7Qz!w2~Xb9pLr4#Ts6vNd8mYc1fHg3\r\n", Closed)]
    [InlineData($"{Header}: K7QZ!W2~XB9PLR4#TS6VND8MYC1FHG3J\r\n", Closed)]
    [InlineData($"{Header}: {Secret}\r\n{Header}: {Secret}\r\n", Closed)]
    [InlineData($"{Header}: {Secret}, {Secret}\r\n", Closed)]
    [InlineData($"X-Maintenance-Secret: {Secret}\r\n", Closed)]
    [InlineData($"{Header}: é\r\n", HttpStatusCode.BadRequest)]
    public async Task M1_Secret_InItsHeader_Passes(string header, HttpStatusCode expected)
    {
        await using var app = await MaintenanceApp.StartAsync($"Enabled=true, BypassSecret={Secret}");

        var answer = await app.App.SendRawAsync($"GET /orders HTTP/1.1\r\nHost: a\r\n{header}Connection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {(int)expected} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(512, Open)]
    [InlineData(513, Closed)]
    [InlineData(8000, Closed)]
    public async Task M1_Secret_OfAnyLength_IsNoFault(int length, HttpStatusCode expected)
    {
        var secret = string.Concat(Enumerable.Range(0, 512).Select(static index => (char)('!' + (index * index * 7 % 90))));
        await using var app = await MaintenanceApp.StartAsync("Enabled=true");
        Edit(app.App, "RouteMiddleware:Maintenance:BypassSecret", secret);

        var given = length == 512 ? secret : secret.PadRight(length, 'x');
        var answer = await app.App.SendRawAsync($"GET /orders HTTP/1.1\r\nHost: a\r\n{Header}: {given}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {(int)expected} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M1_Header_WithoutASecretInTheSettings_IsNothing()
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true");

        foreach (var given in new[] { Secret, "" })
        {
            var answer = await app.App.SendRawAsync($"GET /orders HTTP/1.1\r\nHost: a\r\n{Header}: {given}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task M1_Secret_ThatIsChangedInTheSettings_CountsAtOnce()
    {
        const string Next = "3jHg1fYc8mNd6vTs4#Lr9pXb2~w!QzK7";
        await using var app = await MaintenanceApp.StartAsync($"BypassSecret={Secret}");
        app.Switch.TurnOn();

        Edit(app.App, "RouteMiddleware:Maintenance:BypassSecret", Next);

        Assert.Equal((Closed, Open), (await StatusAsync(app.App, Header, Secret), await StatusAsync(app.App, Header, Next)));
    }

    [Theory]
    [InlineData("ops", null, Open)]
    [InlineData("reader ops", null, Open)]
    [InlineData("support", null, Open)]
    [InlineData("Ops", null, Closed)]
    [InlineData("reader", null, Closed)]
    [InlineData(null, null, Closed)]
    [InlineData("ops", "a forged one", Closed)]
    public async Task M1_Role_OfAVerifiedUser_Passes(string? roles, string? forged, HttpStatusCode expected)
    {
        await using var app = await StartWithRolesAsync("optional_auth", "maintenance");
        var token = roles is null ? "" : app.App.Services.GetRequiredService<IJwtIssuer>().Issue([new("sub", "anna"), .. roles.Split(' ').Select(static role => new Claim("role", role))], TimeSpan.FromMinutes(5));

        // Of a forged one the signature is another one's.
        Assert.Equal(expected, await StatusAsync(app, "Authorization", roles is null ? "" : $"Bearer {(forged is null ? token : $"{token[..^8]}AAAAAAAA")}"));
    }

    [Fact]
    public async Task M1_Role_ThatComesTooLate_IsNothing()
    {
        await using var app = await StartWithRolesAsync("maintenance", "optional_auth");
        var token = app.App.Services.GetRequiredService<IJwtIssuer>().Issue([new("sub", "anna"), new("role", "ops")], TimeSpan.FromMinutes(5));

        Assert.Equal(Closed, await StatusAsync(app, "Authorization", $"Bearer {token}"));
    }

    [Theory]
    [InlineData(null, Closed)]
    [InlineData("Cookies", Open)]
    public async Task M1_Role_OfAnIdentityThatNobodyVouchesFor_IsNothing(string? authenticationType, HttpStatusCode expected)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                app.Use((context, next) =>
                {
                    // Beside one that is good, and has no role.
                    context.User = new ClaimsPrincipal([new ClaimsIdentity([], "Cookies"), new ClaimsIdentity([new(ClaimTypes.Role, "ops")], authenticationType)]);
                    return next(context);
                });
                app.MapGet("/orders", static () => "").WithMaintenance(static o => (o.Enabled, o.BypassRoles) = (true, ["ops"]));
            });

        Assert.Equal(expected, await StatusAsync(app, "X-None", "1"));
    }

    [Theory]
    [InlineData("k7Qz!w2~Xb9pLr4#Ts6vNd8mYc1fHg3", "must have at least 32 bytes, but has 31.")]
    [InlineData("", "must have at least 32 bytes, but has 0.")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "repeats one character")]
    [InlineData("abcdefghijklmnopqrstuvwxyz123456", "is a well-known text")]
    [InlineData("please-change-me-please-or-not-00001", "is a well-known text or a placeholder")]
    [InlineData("k7Qz w2~Xb9pLr4#Ts6vNd8mYc1fHg3j", "has a space or a letter that a header can't carry.")]
    [InlineData("k7Qzéw2~Xb9pLr4#Ts6vNd8mYc1fHg3j", "has a space or a letter that a header can't carry.")]
    [InlineData("k7Qz\nw2~Xb9pLr4#Ts6vNd8mYc1fHg3j", "has a space or a letter that a header can't carry.")]
    public async Task M1_Start_WithAWeakSecret_IsRefusedWithoutShowingIt(string secret, string rule)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", static () => "").WithMaintenance(o => (o.BypassSecret, o.BypassRoles, o.RetryAfter) = (secret, ["ops", " "], TimeSpan.Zero))));

        Assert.Equal(3, error.Faults.Count);
        Assert.Contains(error.Faults, fault => fault.What.Contains($"BypassSecret {rule}", StringComparison.Ordinal));
        Assert.Contains(error.Faults, static fault => fault.What.Contains("BypassRoles has an empty name.", StringComparison.Ordinal));
        Assert.True(secret.Length == 0 || !error.ToString().Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task M1_Start_WithASecretTooLongForItsHeader_IsRefused()
    {
        var secret = string.Concat(Enumerable.Range(0, 513).Select(static index => (char)('!' + (index * index * 7 % 90))));
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", static () => "").WithMaintenance(o => o.BypassSecret = secret)));

        Assert.Contains("BypassSecret must have at most 512 bytes, but has 513.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_OfSettingsAndRequests_IsShownNowhere()
    {
        const string Wrong = "wr0ng-but-like-one-9QzT7vXk2LmB4";
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("common", "logging"),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/orders", static (HttpRequest request) => request.Headers.Count).WithMiddleware("maintenance");
                app.MapGet("/broken", static string (HttpRequest request) => throw new InvalidOperationException(request.Headers["X-Maintenance-Bypass"]));
            },
            [
                new("RouteMiddleware:Maintenance:BypassSecret", Secret),
                new("RouteMiddleware:Maintenance:Enabled", "true"),
                new("RouteMiddleware:Logging:LogHeaders", "true"),
            ],
            "Development");

        Assert.Equal(Open, await StatusAsync(app, Header, Secret));
        Assert.Equal(Closed, await StatusAsync(app, Header, Wrong));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/broken", UriKind.Relative)) { Headers = { { Header, Wrong }, { "Accept", "text/html" } } };
        using var response = await app.Client.SendAsync(request);
        var page = await response.Content.ReadAsStringAsync();
        var chains = app.App.Services.GetRequiredService<IMiddlewareChains>();
        var option = Assert.Single(chains.Routes.SelectMany(static route => route.Links).SelectMany(static link => link.GetOptions()), static option => option.Name == "BypassSecret");

        Assert.Contains(Header, page, StringComparison.OrdinalIgnoreCase);
        Assert.All((string[])[page, $"{option}", .. app.Logs.Records.Select(static record => $"{record.Message} {record.Exception}")], static text =>
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Wrong, WebUtility.HtmlDecode(text), StringComparison.Ordinal);
        });
    }

    private static Task<TestApp> StartWithRolesAsync(params string[] list) => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware(),
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/orders", static () => "");
        },
        [
            .. list.Select(static (alias, index) => new KeyValuePair<string, string?>($"RouteMiddleware:Middleware:{index}", alias)),
            new("RouteMiddleware:Auth:Secret", TokenSecret),
            new("RouteMiddleware:Maintenance:Enabled", "true"),
            new("RouteMiddleware:Maintenance:BypassRoles:0", "ops"),
            new("RouteMiddleware:Maintenance:BypassRoles:1", "support"),
        ]);

    private static void Edit(TestApp app, string key, string value)
    {
        app.App.Configuration[key] = value;
        ((IConfigurationRoot)app.App.Configuration).Reload();
    }

    private static async Task<HttpStatusCode> StatusAsync(TestApp app, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/orders", UriKind.Relative));
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }
}
