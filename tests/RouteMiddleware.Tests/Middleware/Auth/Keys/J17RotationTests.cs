using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>J17: keys come and go, and so do issuers.</summary>
public sealed class J17RotationTests
{
    // Made once: a large key takes long to find.
    private static readonly IssuerKey Old = IssuerKey.Rsa("old");
    private static readonly IssuerKey New = IssuerKey.Rsa("new");

    [Fact]
    public async Task J17_NewKey_IsFetchedWhenATokenNamesIt()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token(Old)));

        issuer.Keys = [Old, New];

        Assert.Equal(200, await rig.StatusAsync(issuer.Token(New)));
        Assert.Equal(200, await rig.StatusAsync(issuer.Token(Old)));
        Assert.Equal(2, issuer.Fetches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task J17_RemovedKey_EndsWithTheRefresh_AlsoForTokensSeenBefore(bool isNoticedByCallers)
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        var token = Old.Sign(LongLived(issuer, rig));
        Assert.Equal(200, await rig.StatusAsync(token));
        Assert.Equal(200, await rig.StatusAsync(token, "/perhaps"));

        issuer.Keys = [New];
        Assert.Equal(200, await rig.StatusAsync(token));

        if (isNoticedByCallers)
        {
            Assert.Equal(200, await rig.StatusAsync(issuer.Token(New)));
        }
        else
        {
            await rig.AdvanceAsync(IssuerKeySource.RefreshInterval);
        }

        Assert.Equal(401, await rig.StatusAsync(token));
        Assert.Equal("anonymous", await (await rig.GetAsync(token, "/perhaps")).Content.ReadAsStringAsync());
        Assert.Equal(200, await rig.StatusAsync(New.Sign(LongLived(issuer, rig))));
    }

    [Fact]
    public async Task J17_Key_ThatChangedUnderItsName_EndsTheOldTokens()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        var token = Old.Sign(LongLived(issuer, rig));
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
        await using var issuer = await FakeIssuer.StartAsync(Old);
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
        await using var issuer = await FakeIssuer.StartAsync(more == "none" ? [Old] : [Old, New, ec]);
        await using var rig = await IssuerRig.StartAsync(issuer);

        var token = (algorithm == "RS256" ? Old : ec).Sign(issuer.Payload(), $$"""{"alg":"{{algorithm}}"}""");
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
        await using var issuer = await FakeIssuer.StartAsync(weak, encryption, Old);
        await using var rig = await IssuerRig.StartAsync(issuer);

        Assert.Equal(200, await rig.StatusAsync(issuer.Token(Old)));
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
        await using var issuer = await FakeIssuer.StartAsync(Old);
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
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var next = await FakeIssuer.StartAsync(New);
        var rig = new AuthRig();
        Assert.True((await rig.RunAsync(rig.Auth(issuer.Configure), issuer.Token())).Passed);

        // As after a change of the settings: another instance, by the same services.
        var changed = rig.Auth(o =>
        {
            issuer.Configure(o);
            o.ClockSkew = TimeSpan.Zero;
        });
        Assert.True((await rig.RunAsync(changed, issuer.Token())).Passed);
        Assert.Equal(1, issuer.Fetches);

        var moved = rig.Auth(next.Configure);
        Assert.True((await rig.RunAsync(moved, next.Token())).Passed);
        Assert.False((await rig.RunAsync(moved, issuer.Token())).Passed);
        Assert.Equal((1, 1), (issuer.Fetches, next.Fetches));
    }

    [Fact]
    public async Task Reload_OfTheSettings_WhileRequestsCome_MovesToTheOtherIssuer()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var next = await FakeIssuer.StartAsync(New);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));

        rig.Change("ClockSkew", "10s");
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        Assert.Equal(1, issuer.Fetches);

        rig.Change("Authority", next.Authority);
        Assert.Equal(200, await rig.StatusAsync(next.Token()));
        Assert.Equal(401, await rig.StatusAsync(issuer.Token()));
        Assert.Equal((1, 1), (issuer.Fetches, next.Fetches));
    }

    [Fact]
    public void Source_ThatNobodyHolds_Ends()
    {
        using var sources = new IssuerKeySources(new Kit.ManualClock(), Microsoft.Extensions.Logging.Abstractions.NullLogger<IssuerKeySources>.Instance);
        var held = Hold(sources);

        for (var i = 0; i < 20 && IsAlive(held); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(IsAlive(held));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<IssuerKeySource> Hold(IssuerKeySources sources)
    {
        var source = sources.Get(new IssuerAddress("http://127.0.0.1:1", RequireHttps: false));
        source.Fetching.Wait(TimeSpan.FromSeconds(10));
        return new(source);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAlive(WeakReference<IssuerKeySource> held) => held.TryGetTarget(out _);

    private static string LongLived(FakeIssuer issuer, IssuerRig rig)
        => $$"""{"sub":"42","iss":"{{issuer.Authority}}","aud":"orders","exp":{{rig.Clock.GetUtcNow().AddHours(5).ToUnixTimeSeconds()}}}""";
}
