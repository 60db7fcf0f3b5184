using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Api.Tests.Page;

public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task Page_AtAWidth_ServesAWholeVisitWithoutAnError(int width, ColorScheme colors)
    {
        var page = await chromium.OpenAsync(width, colors);
        var complaints = ComplaintsOf(page);
        var item = $"Teapot for {width} {colors}";

        await page.GotoAsync("/");
        await Expect(page.Locator("#service-text")).ToHaveTextAsync("Service is up");
        await AssertFitsAsync(page);

        await LogInAsync(page, "alice", "wonderland");
        await Expect(page.Locator("#profile-name")).ToHaveTextAsync("alice");

        await page.GetByLabel("Item").FillAsync(item);
        await page.GetByLabel("One more").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Place order" }).ClickAsync();
        await Expect(page.Locator("#orders li").Filter(new() { HasText = item })).ToContainTextAsync("2 ×");
        await AssertFitsAsync(page);

        var posted = page.Locator("#log li").Filter(new() { HasText = "POST/api/orders" });
        await Expect(posted).ToContainTextAsync("201");
        await Expect(posted).ToContainTextAsync("Request id");
        await Expect(posted).ToContainTextAsync("Response time");
        await Expect(posted).ToContainTextAsync("Limit left");

        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(page.Locator("#account-notice")).ToHaveTextAsync("Logged out.");
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Place order" })).ToBeDisabledAsync();
        await AssertFitsAsync(page);

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Login_WithAWrongPassword_IsToldSo()
    {
        var page = await chromium.OpenAsync();
        await page.GotoAsync("/");

        await page.GetByLabel("User name").FillAsync("alice");
        await page.GetByLabel("Password").FillAsync("rabbit");
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in", Exact = true }).ClickAsync();

        await Expect(page.Locator("#account-notice")).ToHaveAttributeAsync("data-state", "bad");
        await Expect(page.Locator("#log li").First).ToContainTextAsync("401");
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Dashboard_OpensForTheAdminAlone()
    {
        var page = await chromium.OpenAsync();
        await page.GotoAsync("/");
        var open = page.GetByRole(AriaRole.Button, new() { Name = "Open dashboard" });

        await LogInAsync(page, "alice", "wonderland");
        await open.ClickAsync();
        await Expect(page.Locator("#admin-notice")).ToHaveAttributeAsync("data-state", "bad");
        await Expect(page.Locator("#log li").First).ToContainTextAsync("403");
        await Expect(page.Locator("#dashboard")).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await LogInAsync(page, "admin", "looking-glass");
        await open.ClickAsync();
        await Expect(page.Locator("#dashboard div").First).ToBeVisibleAsync();
        await AssertFitsAsync(page);
    }

    [Fact]
    public async Task Desk_ClosedByTheAdmin_SaysSoUntilItIsOpened()
    {
        var page = await chromium.OpenAsync(390);
        await page.GotoAsync("/");
        await LogInAsync(page, "admin", "looking-glass");

        await page.GetByRole(AriaRole.Button, new() { Name = "Close the desk" }).ClickAsync();
        try
        {
            await Expect(page.Locator("#service-text")).ToHaveTextAsync("Desk is closed");
            await page.GetByRole(AriaRole.Button, new() { Name = "Refresh" }).ClickAsync();
            await Expect(page.Locator("#orders-notice")).ToContainTextAsync("The order desk is closed for a moment. Try again in 300 s.");
            await AssertFitsAsync(page);
        }
        finally
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Open the desk" }).ClickAsync();
        }

        await Expect(page.Locator("#service-text")).ToHaveTextAsync("Service is up");
    }

    [Fact]
    public async Task Item_ThatIsMarkup_IsShownAsText()
    {
        const string Markup = "<img src=/page.svg onerror=alert(1)><b>bold</b>";
        var page = await chromium.OpenAsync(390);
        var complaints = ComplaintsOf(page);
        await page.GotoAsync("/");
        await LogInAsync(page, "alice", "wonderland");

        await page.GetByLabel("Item").FillAsync(Markup);
        await page.GetByRole(AriaRole.Button, new() { Name = "Place order" }).ClickAsync();

        await Expect(page.Locator("#orders li").First).ToContainTextAsync(Markup);
        await Expect(page.Locator("#orders img, #orders b, #log img")).ToHaveCountAsync(0);
        await AssertFitsAsync(page);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Visit_ByKeyboardAlone_PlacesAnOrder()
    {
        var page = await chromium.OpenAsync();
        await page.GotoAsync("/");
        await Expect(page.Locator("#service-text")).ToHaveTextAsync("Service is up");

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to the order desk" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByLabel("User name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("alice");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("wonderland");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Item")).ToBeFocusedAsync();

        await page.Keyboard.TypeAsync("Cup by keyboard");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("#orders li").First).ToContainTextAsync("Cup by keyboard");
    }

    [Fact]
    public async Task Page_LoadedAgainAfterLogin_StillShowsTheAccount()
    {
        var page = await chromium.OpenAsync();
        await page.GotoAsync("/");
        await LogInAsync(page, "alice", "wonderland");

        await page.ReloadAsync();

        await Expect(page.Locator("#profile-name")).ToHaveTextAsync("alice");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Place order" })).ToBeDisabledAsync();
    }

    private static async Task LogInAsync(IPage page, string user, string password)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"{user} {password}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in", Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Item")).ToBeEnabledAsync();
    }

    // Nothing may stick out to the side, neither of the page nor of a card.
    private static async Task AssertFitsAsync(IPage page)
    {
        var tooWide = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('html, body, main, section, form, ul, ol, dl, pre, li')]
                .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth && one.clientWidth > 0)
                .map(one => `${one.tagName}#${one.id}: ${one.scrollWidth} > ${one.clientWidth}`)
            """);

        Assert.Empty(tooWide);
    }

    // What a developer would see in red: console errors (a broken content security policy among them), exceptions, and calls to other places.
    private List<string> ComplaintsOf(IPage page)
    {
        List<string> complaints = [];

        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.RequestFailed += (_, request) => complaints.Add($"{request.Method} {request.Url}: {request.Failure}");
        page.Request += (_, request) =>
        {
            if (!chromium.Address.IsBaseOf(new Uri(request.Url)))
            {
                complaints.Add($"A request to another place: {request.Url}");
            }
        };

        return complaints;
    }
}
