using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Api.Tests.Page;

/// <summary>The explorer in a browser.</summary>
public sealed class ExplorerTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Page_UnderLoad_FitsMovesAndSatisfiesEveryRule(int width, ColorScheme colors)
    {
        await using var app = await ExplorerApp.StartAsync();
        app.BeginLoad();
        var (page, complaints) = await OpenAsync(app, width, colors);

        await Expect(page.Locator("#live-text")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#middleware-table tr[data-name=auth] td").Nth(1)).Not.ToHaveTextAsync("0");
        await Expect(page.Locator("#refuser")).ToContainTextAsync("auth");
        await Expect(page.Locator("#slowest")).Not.ToHaveTextAsync("none yet");
        var before = await page.Locator("#requests").TextContentAsync();
        await Expect(page.Locator("#requests")).Not.ToHaveTextAsync(before!);
        await AssertGoodAsync(page, $"explorer-overview-{width}-{colors}");

        await ChooseAsync(page, "GET /api/orders");
        await Expect(page.Locator("[data-link='3'] .stops")).ToContainTextAsync("refused");
        await Expect(page.Locator("#route-figures dd").First).Not.ToHaveTextAsync("0");
        await page.Locator(".ring-head").Filter(new() { HasText = "rate_limit" }).ClickAsync();
        var limit = page.Locator(".options tr").Filter(new() { HasText = "PermitLimit" });
        await Expect(limit).ToContainTextAsync("100");
        await Expect(limit).ToContainTextAsync("argument");
        await Expect(limit).ToContainTextAsync("RouteMiddleware:Groups:api:1");
        await Expect(page.Locator(".off")).ToHaveTextAsync("timing");
        await AssertGoodAsync(page, $"explorer-route-{width}-{colors}");

        await page.Locator(".pair .link").ClickAsync();
        await Expect(page.Locator("#detail h2")).ToHaveTextAsync("No route matches");
        await AssertGoodAsync(page, $"explorer-none-{width}-{colors}");
        await Expect(page.Locator("body")).ToHaveCSSAsync("background-color", colors is ColorScheme.Dark ? "rgb(14, 17, 22)" : "rgb(244, 245, 248)");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task P2_Chain_OfEveryRoute_IsDrawnAsTheServiceTells()
    {
        await using var app = await ExplorerApp.StartAsync(routes: 3);
        var (page, complaints) = await OpenAsync(app);

        foreach (var (name, entries) in app.Chains.OfApplication)
        {
            await ChooseAsync(page, name);
            await Expect(page.Locator(".ring .name")).ToHaveTextAsync(entries);
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task D2_Markup_InNamesAndValues_IsShownAsText()
    {
        await using var app = await ExplorerApp.StartAsync();
        var (page, complaints) = await OpenAsync(app);

        await page.GetByLabel("Search").FillAsync("odd");
        await page.Locator("#list .row").First.ClickAsync();
        await Expect(page.Locator("#detail h2")).ToContainTextAsync("/odd-<script>alert(1)<script><img src=x onerror=alert(2)>");
        await page.Locator(".ring-head").Filter(new() { HasText = "maintenance" }).ClickAsync();

        await Expect(page.Locator(".options tr").Filter(new() { HasText = "Message" })).ToContainTextAsync(ExplorerApp.Markup);
        await Expect(page.Locator("#detail script, #detail img, #list script, #list img")).ToHaveCountAsync(0);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task X3_Secret_OfAuth_IsNotInThePage()
    {
        await using var app = await ExplorerApp.StartAsync();
        var (page, _) = await OpenAsync(app);

        await ChooseAsync(page, "GET /api/orders");
        await page.Locator(".ring-head").Filter(new() { HasText = "auth" }).ClickAsync();

        await Expect(page.Locator(".options tr").Filter(new() { HasText = "Secret" }).Locator(".masked")).ToHaveTextAsync("***");
        Assert.DoesNotContain(ExplorerApp.Secret, await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_ByPathMethodOrMiddleware_ShowsWhatMatches()
    {
        await using var app = await ExplorerApp.StartAsync();
        var (page, _) = await OpenAsync(app);
        var rows = page.Locator("#list .row");
        await Expect(page.Locator("#count")).ToHaveTextAsync("46 routes");

        await page.GetByLabel("Search").FillAsync("api orders");
        await Expect(rows).ToHaveCountAsync(2);
        await page.GetByLabel("Search").FillAsync("post rate_limit:100");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(page.Locator("#count")).ToHaveTextAsync("1 of 46 routes");
        await page.GetByLabel("Search").FillAsync("nothing like it");
        await Expect(page.GetByText("No route matches.")).ToBeVisibleAsync();

        await page.GetByLabel("Search").FillAsync("");
        await page.GetByLabel("Middleware", new() { Exact = true }).SelectOptionAsync("slow");
        await Expect(rows).ToHaveCountAsync(1);
        await page.GetByLabel("Middleware", new() { Exact = true }).SelectOptionAsync("");
        await page.GetByLabel("Method").SelectOptionAsync("POST");
        await Expect(rows).ToHaveCountAsync(1);

        await page.GetByLabel("Method").SelectOptionAsync("");
        await page.GetByLabel("Hide the explorer’s own routes").UncheckAsync();
        await Expect(page.Locator("#count")).ToHaveTextAsync("50 routes");
    }

    [Fact]
    public async Task Visit_ByKeyboardAlone_FindsARouteAndItsOptions()
    {
        await using var app = await ExplorerApp.StartAsync();
        var (page, complaints) = await OpenAsync(app);

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to the chain" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByLabel("Search")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("orders");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator("#list")).ToBeFocusedAsync();
        await Expect(page.Locator("#detail h2")).ToContainTextAsync("/api/orders");
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("#list [aria-selected=true]")).ToContainTextAsync("POST");
        await page.Keyboard.PressAsync("ArrowUp");
        await Expect(page.Locator("#list [aria-selected=true]")).ToContainTextAsync("GET");
        Assert.Equal(await page.Locator("#list [aria-selected=true]").GetAttributeAsync("id"), await page.Locator("#list").GetAttributeAsync("aria-activedescendant"));

        await Expect(page.Locator(".ring-head")).ToHaveCountAsync(5);
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".ring-head").First).ToBeFocusedAsync();
        Assert.Equal("solid", await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".ring-head").First).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(page.Locator(".panel:visible")).ToContainTextAsync("X-Request-ID");

        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByLabel("Search")).ToBeFocusedAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task List_OfAThousandRoutes_KeepsFewInTheDocument()
    {
        await using var app = await ExplorerApp.StartAsync(routes: 1000);
        var (page, complaints) = await OpenAsync(app, 390);
        await Expect(page.Locator("#count")).ToHaveTextAsync("1,006 routes");

        await page.Locator("#list").FocusAsync();
        await page.Keyboard.PressAsync("End");

        await Expect(page.Locator("#list [aria-selected=true]")).ToContainTextAsync("/many/999/");
        await Expect(page.Locator("#list [aria-selected=true]")).ToHaveAttributeAsync("aria-posinset", "1008");
        Assert.InRange(await page.Locator("#list .row").CountAsync(), 5, 60);
        await AssertFitsAsync(page);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Address_OfARoute_OpensItAgain()
    {
        await using var app = await ExplorerApp.StartAsync();
        var (page, _) = await OpenAsync(app);
        await ChooseAsync(page, "GET /slow");

        await page.ReloadAsync();

        await Expect(page.Locator("#detail h2")).ToContainTextAsync("/slow");
    }

    private static async Task ChooseAsync(IPage page, string name)
    {
        await page.EvaluateAsync("name => { location.hash = encodeURIComponent(name); }", name);
        await Expect(page.Locator("#detail h2")).ToContainTextAsync(name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        await Expect(page.Locator("#detail")).Not.ToHaveAttributeAsync("aria-busy", "true");
    }

    private async Task<(IPage Page, List<string> Complaints)> OpenAsync(ExplorerApp app, int width = 1280, ColorScheme colors = ColorScheme.Light)
    {
        var page = await chromium.OpenAsync(width, colors);
        page.SetDefaultTimeout(30_000);
        SetDefaultExpectTimeout(30_000);
        List<string> complaints = [];
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += (_, dialog) => complaints.Add(dialog.Message);
        page.Console += (_, message) => complaints.Add(message.Text);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(app.Address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                complaints.Add($"A request to another place: {request.Url}");
            }
        };

        var response = await page.GotoAsync($"{app.Address}/_middleware");
        Assert.Equal(200, response!.Status);
        await Expect(page.Locator("#detail h2")).ToHaveTextAsync("Overview");
        return (page, complaints);
    }

    private static async Task AssertGoodAsync(IPage page, string name)
    {
        await AssertFitsAsync(page);
        Assert.Empty(await Axe.ExamineAsync(page));

        // For whoever wants to look at them: PAGE_SHOTS names a folder.
        if (Environment.GetEnvironmentVariable("PAGE_SHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }

    private static async Task AssertFitsAsync(IPage page)
    {
        var tooWide = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('html, body, main, section, article, ol, dl, table, .box, .panel')]
                .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
                .map(one => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)
                .concat([...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1).map(one => `${one.tagName}.${one.className} sticks out`))
            """);

        Assert.Empty(tooWide);
    }
}
