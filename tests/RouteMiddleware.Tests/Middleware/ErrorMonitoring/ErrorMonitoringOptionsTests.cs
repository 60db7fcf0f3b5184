using RouteMiddleware.Middleware.ErrorMonitoring;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

public sealed class ErrorMonitoringOptionsTests
{
    [Fact]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new ErrorMonitoringOptions();

        Assert.Equal((10, TimeSpan.FromSeconds(300), null, 1_000), (options.AlertThreshold, options.AlertWindow, options.Cooldown, options.MaxEntries));
        Assert.Equal(["500-599"], options.Statuses);
        Assert.Equal((null, false, TimeSpan.FromSeconds(5), 5), (options.WebhookUrl, options.AllowInsecureWebhook, options.WebhookTimeout, options.WebhookAttempts));
    }

    [Fact]
    public async Task P9_Start_WithFaultyOptions_NamesThemAllAndNoSecret()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ErrorMonitoringApp.StartAsync(
            settings: "AlertThreshold=0, AlertWindow=500ms, Cooldown=25h, Statuses:0=5xx, MaxEntries=0, WebhookUrl=http://hooks.example.com/s3cr3t?token=s3cr3t, WebhookTimeout=2m, WebhookAttempts=21"));

        Assert.All(
            ["AlertThreshold (0)", "AlertWindow (", "Cooldown (", "Statuses[0]", "MaxEntries (0)", "WebhookUrl must be an https address (its host is 'hooks.example.com')", "WebhookTimeout (", "WebhookAttempts (21)"],
            fault => Assert.Contains(fault, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AlertThreshold=1, AlertWindow=1s, Cooldown=0s, MaxEntries=1, WebhookTimeout=1m, WebhookAttempts=1")]
    [InlineData("AlertThreshold=10000, AlertWindow=24h, Cooldown=24h, MaxEntries=100000, WebhookTimeout=1ms, WebhookAttempts=20")]
    [InlineData("WebhookUrl=https://hooks.example.com/a")]
    [InlineData("WebhookUrl=http://localhost:1/a")]
    [InlineData("WebhookUrl=http://[::1]:1/a")]
    [InlineData("WebhookUrl=http://hooks.example.com/a, AllowInsecureWebhook=true")]
    public async Task Start_WithOptionsAtTheirLimits_IsTaken(string settings)
    {
        await using var app = await ErrorMonitoringApp.StartAsync(settings: settings);

        Assert.Equal(200, await app.GetAsync("/status/200"));
    }

    [Theory]
    [InlineData("s3cr3t")]
    [InlineData("/s3cr3t")]
    [InlineData("ftp://hooks.example.com/s3cr3t")]
    [InlineData("file:///s3cr3t")]
    [InlineData("https://user:s3cr3t@hooks.example.com/")]
    public async Task E3_WebhookUrl_ThatIsNone_IsRefusedWithoutBeingShown(string url)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ErrorMonitoringApp.StartAsync(settings: $"WebhookUrl={url}"));

        Assert.Contains("WebhookUrl must be an absolute https address", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
    }
}
