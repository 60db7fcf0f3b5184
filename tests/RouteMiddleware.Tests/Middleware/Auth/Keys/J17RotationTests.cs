using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>J17: keys come and go, and so do issuers.</summary>
public sealed class J17RotationTests
{
    private readonly IssuerKey _old = IssuerKey.Rsa("old");
    private readonly IssuerKey _new = IssuerKey.Rsa("new");

    [Fact]
    public async Task J17_NewKey_IsFetchedWhenATokenNamesIt()
    {
        await using var issuer = await FakeIssuer.StartAsync(_old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token(_old)));

        issuer.Keys = [_old, _new];

        Assert.Equal(200, await rig.StatusAsync(issuer.Token(_new)));
        Assert.Equal(200, await rig.StatusAsync(issuer.Token(_old)));
        Assert.Equal(2, issuer.Fetches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task J17_RemovedKey_EndsWithTheRefresh_AlsoForTokensSeenBefore(bool isNoticedByCallers)
    {
        await using var issuer = await FakeIssuer.StartAsync(_old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        var token = _old.Sign(LongLived(issuer, rig));
        Assert.Equal(200, await rig.StatusAsync(token));
        Assert.Equal(200, await rig.StatusAsync(token, "/perhaps"));

        issuer.Keys = [_new];
        Assert.Equal(200, await rig.StatusAsync(token));

        if (isNoticedByCallers)
        {
            Assert.Equal(200, await rig.StatusAsync(issuer.Token(_new)));
        }
        else
        {
            await rig.AdvanceAsync(IssuerKeySource.RefreshInterval);
        }

        Assert.Equal(401, await rig.StatusAsync(token));
        Assert.Equal("anonymous", await (await rig.GetAsync(token, "/perhaps")).Content.ReadAsStringAsync());
        Assert.Equal(200, await rig.StatusAsync(_new.Sign(LongLived(issuer, rig))));
    }

    [Fact]
    public async Task J17_Key_ThatChangedUnderItsName_EndsTheOldTokens()
    {
        await using var issuer = await FakeIssuer.StartAsync(_old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        var token = _old.Sign(LongLived(issuer, rig));
        Assert.Equal(200, await rig.StatusAsync(token));

        var other = IssuerKey.Rsa("old");
        issuer.Keys = [other];
        await rig.AdvanceAsync(IssuerKeySource.RefreshInterval);

        Assert.Equal(401, await rig.StatusAsync(token));
        Assert.Equal(200, await rig.StatusAsync(other.Sign(LongLived(issuer, rig))));
    }

    [Fact]
    public async Task J17_Refresh_ThatFindsTheSameKeys_ForgetsNothing()
    {
        await using var issuer = await FakeIssuer.StartAsync(_old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        var keys = rig.Source.Current;

        for (var hours = 1; hours <= 3; hours++)
        {
            await rig.AdvanceAsync(IssuerKeySource.RefreshInterval);
            Assert.Equal(1 + hours, issuer.Fetches);
        }

        Assert.Same(keys, rig.Source.Current);
        Assert.Single(rig.App.Logs.Records, static record => record.EventId.Name == "KeysChanged");
    }

    [Theory]
    [InlineData("none", "RS256", 200)]
    [InlineData("none", "ES256", 401)]
    [InlineData("two", "RS256", 401)]
    [InlineData("two", "ES256", 200)]
    public async Task Token_WithoutKid_IsAcceptedWhereOneKeyFits(string more, string algorithm, int expected)
    {
        var ec = IssuerKey.Ec(null);
        await using var issuer = await FakeIssuer.StartAsync(more == "none" ? [_old] : [_old, _new, ec]);
        await using var rig = await IssuerRig.StartAsync(issuer);

        var token = (algorithm == "RS256" ? _old : ec).Sign(issuer.Payload(), $$"""{"alg":"{{algorithm}}"}""");
        Assert.Equal(expected, await rig.StatusAsync(token));
        Assert.Equal(401, await rig.StatusAsync(ec.Sign(issuer.Payload(), """{"alg":"ES256","kid":"unknown"}""")));
    }

    [Theory]
    [InlineData("/begins+with/a-slash=")]
    [InlineData("with a blank, and .. dots")]
    public async Task KeyName_OfTheIssuersOwn_IsFoundHoweverItIsSpelled(string id)
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa(id));
        await using var rig = await IssuerRig.StartAsync(issuer);
        await rig.Source.Fetching;

        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
    }

    [Fact]
    public async Task J14_KeysThatAreNoGood_AreSkippedAndLogged()
    {
        var weak = IssuerKey.Rsa("weak", bits: 1024);
        var encryption = IssuerKey.Rsa("encryption", more: ",\"use\":\"enc\"");
        await using var issuer = await FakeIssuer.StartAsync(weak, encryption, _old);
        await using var rig = await IssuerRig.StartAsync(issuer);

        Assert.Equal(200, await rig.StatusAsync(issuer.Token(_old)));
        Assert.Equal(401, await rig.StatusAsync(issuer.Token(weak)));
        Assert.Equal(401, await rig.StatusAsync(issuer.Token(encryption)));
        var skipped = rig.App.Logs.Records.Where(static record => record.EventId.Name == "KeyNotUsed").Select(static record => record.Message).ToArray();
        Assert.Equal(2, skipped.Length);
        Assert.StartsWith("Key 1 in the set", skipped[0], StringComparison.Ordinal);
        Assert.Contains("fewer than 2048", skipped[0], StringComparison.Ordinal);
        Assert.Contains("use is not 'sig'", skipped[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attachments_WithOtherRules_ShareOneSource()
    {
        await using var issuer = await FakeIssuer.StartAsync(_old);
        await using var app = await AuthRig.StartPipelineAsync(
            new(),
            app =>
            {
                app.MapGet("/orders", () => "in").WithMiddleware("auth");
                app.MapGet("/admin", () => "in").WithMiddleware("auth:admin");
                app.MapGet("/other", () => "in").WithAuth(o => o.Audience = "other");
                app.MapGet("/strict", () => "in").WithAuth(o => (o.Algorithms, o.ClockSkew) = (["RS256"], TimeSpan.Zero));
                app.MapGet("/perhaps", () => "in").WithMiddleware("optional_auth");
            },
            settings: issuer.Settings());
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", issuer.Token());

        foreach (var (path, status) in new[] { ("/orders", 200), ("/admin", 403), ("/other", 401), ("/strict", 200), ("/perhaps", 200) })
        {
            using var answer = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(status, (int)answer.StatusCode);
        }

        Assert.Equal(1, issuer.Fetches);
    }

    [Fact]
    public async Task Reload_OfOtherOptions_KeepsTheKeys_AndOfTheAuthority_BringsOthers()
    {
        await using var issuer = await FakeIssuer.StartAsync(_old);
        await using var next = await FakeIssuer.StartAsync(_new);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));

        Change(rig, ("ClockSkew", "10s"));
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        Assert.Equal(1, issuer.Fetches);

        var token = issuer.Token();
        Change(rig, ("Authority", next.Authority));
        Assert.Equal(200, await rig.StatusAsync(next.Token()));
        Assert.Equal(401, await rig.StatusAsync(token));
        Assert.Equal(1, next.Fetches);
    }

    [Fact]
    public void Source_ThatNobodyHolds_Ends()
    {
        var clock = new Kit.ManualClock();
        using var sources = new IssuerKeySources(clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<IssuerKeySources>.Instance);
        var held = Hold(sources);

        for (var i = 0; i < 20 && held.TryGetTarget(out _); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            clock.Advance(IssuerKeySource.RefreshInterval);
        }

        Assert.False(held.TryGetTarget(out _));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference<IssuerKeySource> Hold(IssuerKeySources sources)
        {
            var source = sources.Get(new IssuerAddress("http://127.0.0.1:1", RequireHttps: false));
            source.Fetching.GetAwaiter().GetResult();
            return new(source);
        }
    }

    private static string LongLived(FakeIssuer issuer, IssuerRig rig)
        => $$"""{"sub":"42","iss":"{{issuer.Authority}}","aud":"orders","exp":{{rig.Clock.GetUtcNow().AddHours(5).ToUnixTimeSeconds()}}}""";

    private static void Change(IssuerRig rig, params (string Key, string Value)[] settings)
    {
        var configuration = (IConfigurationRoot)rig.App.App.Services.GetRequiredService<IConfiguration>();

        foreach (var (key, value) in settings)
        {
            configuration[$"RouteMiddleware:Auth:{key}"] = value;
        }

        configuration.Reload();
    }
}
