using System.Net;
using RouteMiddleware.Tests.Pipeline;

namespace RouteMiddleware.Tests.Middleware.Maintenance;

public sealed class MaintenanceReloadTests
{
    private const string Section = "RouteMiddleware:Maintenance";
    private const HttpStatusCode Open = HttpStatusCode.OK;
    private const HttpStatusCode Closed = HttpStatusCode.ServiceUnavailable;

    [Fact]
    public async Task M1_SettingsThatChange_CloseAndOpenWithoutARestart()
    {
        await using var app = await MaintenanceApp.StartAsync();

        app.App.Edit(($"{Section}:Enabled", "true"));
        Assert.Equal((Closed, true), (await app.StatusAsync(), app.Switch.IsOn));

        app.App.Edit(($"{Section}:Until", "2030-01-01T12:00:00Z"));
        Assert.Equal((Open, false), (await app.StatusAsync(), app.Switch.IsOn));

        app.App.Edit(($"{Section}:Until", null), ($"{Section}:Enabled", "false"));
        Assert.Equal((Open, false), (await app.StatusAsync(), app.Switch.IsOn));
    }

    [Fact]
    public async Task M3_SwitchAndSettings_TheLastWordCounts()
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true");
        app.Switch.TurnOff();

        app.App.Edit(($"{Section}:Message", "Another text, and no word about opening"));
        Assert.Equal((Open, false), (await app.StatusAsync(), app.Switch.IsOn));

        app.App.Edit(($"{Section}:Enabled", "false"));
        app.App.Edit(($"{Section}:Enabled", "true"));
        Assert.Equal((Closed, true), (await app.StatusAsync(), app.Switch.IsOn));

        app.App.Edit(($"{Section}:Enabled", "false"));
        app.Switch.TurnOn();
        app.App.Edit(($"{Section}:AllowedIps:0", "192.0.2.7"));
        Assert.Equal((Closed, Open, true), (await app.StatusAsync(), await app.StatusAsync(peer: "192.0.2.7"), app.Switch.IsOn));
    }

    [Fact]
    public async Task M3_FaultySettings_LeaveEverythingAsItWas()
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true");

        app.App.Edit(($"{Section}:Enabled", "false"), ($"{Section}:AllowedIps:0", "1"));
        Assert.Equal((Closed, true), (await app.StatusAsync(), app.Switch.IsOn));

        app.App.Edit(($"{Section}:AllowedIps:0", "10.0.0.1"));
        Assert.Equal((Open, false), (await app.StatusAsync(), app.Switch.IsOn));
    }

    [Fact]
    public async Task M3_EditThatIsRefused_IsNoWord()
    {
        await using var app = await MaintenanceApp.StartAsync();
        app.Switch.TurnOn();

        app.App.Edit(($"{Section}:Until", "2040-01-01T12:00:00Z"), ("RouteMiddleware:Gzip:MinimumSize", "many"));
        Assert.Equal((Closed, true), (await app.StatusAsync(), app.Switch.IsOn));

        app.App.Edit(($"{Section}:Until", null), ($"{Section}:Enabled", "true"));
        app.Switch.TurnOff();
        Assert.Equal((Open, false), (await app.StatusAsync(), app.Switch.IsOn));

        // Accepted only now, and so the newer word.
        app.App.Edit(("RouteMiddleware:Gzip:MinimumSize", "1024"));
        Assert.Equal((Closed, true), (await app.StatusAsync(), app.Switch.IsOn));
    }
}
