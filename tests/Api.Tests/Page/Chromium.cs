using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Playwright;

namespace Api.Tests.Page;

/// <summary>The sample on a free port, and the system's Chromium to look at it.</summary>
public sealed class Chromium : IAsyncLifetime, IDisposable
{
    private const string Executable = "/usr/bin/chromium";

    private WebApplicationFactory<Program>? _api;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Uri Address { get; private set; } = new("http://localhost");

    public async Task InitializeAsync()
    {
        if (!File.Exists(Executable))
        {
            throw new InvalidOperationException($"The page's tests need a browser at {Executable}: install the system's package 'chromium'.");
        }

        _api = new();
        _api.UseKestrel(0);
        _api.StartServer();
        Address = _api.ClientOptions.BaseAddress;

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>Opens the page in a browser window of its own, with no cookie of another test.</summary>
    public async Task<IPage> OpenAsync(int width = 1280, ColorScheme colors = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = Address.ToString(),
            ViewportSize = new() { Width = width, Height = 860 },
            ColorScheme = colors,
        });
        context.SetDefaultTimeout(10_000);
        return await context.NewPageAsync();
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    // The runner calls it after DisposeAsync.
    public void Dispose()
    {
        _playwright?.Dispose();
        _api?.Dispose();
    }
}
