using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>J17: the source of the keys is down, slow, rotates or lies.</summary>
public sealed class J17KeySourceTests
{
    private static readonly TimeSpan Minimum = IssuerKeySource.MinimumInterval;

    // Made once: a large key takes long to find.
    private static readonly IssuerKey Old = IssuerKey.Rsa("old");
    private static readonly IssuerKey New = IssuerKey.Ec("new");

    public static TheoryData<IssuerFault> Faults => [.. Enum.GetValues<IssuerFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task J17_Source_ThatFailsOrLies_LeavesTheKnownKeysInUse(IssuerFault fault)
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        var token = issuer.Token(more: "\"jti\":\"a\"");
        Assert.Equal(200, await rig.StatusAsync(token));

        issuer.Break(fault);
        await rig.AdvanceAsync(IssuerKeySource.RefreshInterval - TimeSpan.FromMinutes(1));
        await rig.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(2, issuer.Fetches);
        var failure = Assert.Single(rig.App.Logs.Records, static record => record.EventId.Name == "FetchFailed");
        Assert.Equal(LogLevel.Warning, failure.Level);
        var fresh = Old.Sign(Fresh(issuer, rig));
        Assert.Equal(200, await rig.StatusAsync(fresh));

        // It recovers by itself.
        (issuer.Discovery, issuer.KeySet) = (null, null);
        issuer.Keys = [Old, New];
        await rig.AdvanceAsync(Minimum);
        Assert.Equal(3, issuer.Fetches);
        Assert.Equal(200, await rig.StatusAsync(New.Sign(Fresh(issuer, rig))));
        Assert.Equal(3, issuer.Fetches);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task J17_Source_ThatFailsOrLiesAtTheStart_Gives503_UntilItIsBack(IssuerFault fault)
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        issuer.Break(fault);
        await using var rig = await IssuerRig.StartAsync(issuer);
        await rig.Source.Fetching;

        using (var answer = await rig.GetAsync(issuer.Token()))
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains("\"code\":\"auth_unavailable\"", text, StringComparison.Ordinal);
            Assert.Contains("\"retry_after\":1", text, StringComparison.Ordinal);
            Assert.Empty(answer.Headers.WwwAuthenticate);
        }

        // What needs no key is decided without one; nobody passes.
        Assert.Equal(401, await rig.StatusAsync(null));
        Assert.Equal(401, await rig.StatusAsync("a.b.c"));
        Assert.Equal(401, await rig.StatusAsync(TokenForge.Good()));
        Assert.Equal("anonymous", await (await rig.GetAsync(issuer.Token(), "/perhaps")).Content.ReadAsStringAsync());
        Assert.Equal(1, issuer.Fetches);
        Assert.Equal(LogLevel.Error, Assert.Single(rig.App.Logs.Records, static record => record.EventId.Name == "FetchFailed").Level);

        (issuer.Discovery, issuer.KeySet) = (null, null);
        issuer.Keys = [Old];
        await rig.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
    }

    [Fact]
    public async Task J17_Start_WhileTheIssuerIsDown_IsTriedAgainMoreAndMoreSeldom()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        issuer.Break(IssuerFault.ServerError);
        await using var rig = await IssuerRig.StartAsync(issuer);
        await rig.Source.Fetching;

        foreach (var (seconds, fetches) in new[] { (1, 2), (1, 2), (1, 3), (4, 4), (8, 5), (16, 6), (29, 6), (1, 7), (30, 8) })
        {
            await rig.AdvanceAsync(TimeSpan.FromSeconds(seconds));
            Assert.Equal(fetches, issuer.Fetches);
        }

        using var answer = await rig.GetAsync(issuer.Token());
        Assert.Equal(TimeSpan.FromSeconds(30), answer.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("http://outer.example/realm", "(http://outer.example/realm)")]
    [InlineData("http://outer.example/a\\r\\nb\\u001b", "(http://outer.example/a%0D%0Ab%1B)")]
    [InlineData("outer", "(no address)")]
    public async Task J17_OtherName_OfTheIssuer_IsToldInTheLog(string issuerText, string expected)
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        issuer.Discovery = (context, good) => context.Response.WriteAsync(good.Replace($"\"{issuer.Authority}\"", $"\"{issuerText}\"", StringComparison.Ordinal));
        await using var rig = await IssuerRig.StartAsync(issuer);
        await rig.Source.Fetching;

        Assert.Contains(rig.App.Logs.Records, record => record.EventId.Name == "FetchFailed" && record.Message.Contains($"names another issuer {expected}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task J17_Port_ThatNobodyListensOn_DoesNotRefuseTheStart()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer, new KeyValuePair<string, string?>("RouteMiddleware:Auth:Authority", FormattableString.Invariant($"http://127.0.0.1:{port}")));

        Assert.Equal(503, await rig.StatusAsync(Old.Sign(issuer.Payload())));
    }

    [Fact]
    public async Task J17_SlowSource_HoldsUpNoRequestWithAKnownKey_AndOthersNotForLong()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        var arrived = new TaskCompletionSource();
        issuer.Discovery = (context, _) => HangAsync(context, arrived);

        var unknown = rig.StatusAsync(New.Sign(issuer.Payload()));
        await arrived.Task;
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        Assert.Equal(200, await rig.StatusAsync(Old.Sign(issuer.Payload("\"jti\":\"fresh\""))));

        rig.Clock.Advance(IssuerKeySource.LongestWait);
        Assert.Equal(401, await unknown);

        // The fetch itself ends too.
        rig.Clock.Advance(IssuerClient.TimeLimit);
        await rig.Source.Fetching;
        Assert.Contains(rig.App.Logs.Records, static record => record.EventId.Name == "FetchFailed" && record.Message.Contains("longer than 10 seconds", StringComparison.Ordinal));
        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task J17_KeySet_ThatDripsWithoutEnd_IsGivenUp()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        var arrived = new TaskCompletionSource();
        issuer.KeySet = async (context, good) =>
        {
            await context.Response.WriteAsync(good[..20]);
            await context.Response.Body.FlushAsync();
            await HangAsync(context, arrived);
        };
        await using var rig = await IssuerRig.StartAsync(issuer);
        var waiting = rig.GetAsync(issuer.Token());
        await arrived.Task;
        rig.Clock.Advance(IssuerClient.TimeLimit);

        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await rig.Source.Fetching;
        Assert.Single(rig.App.Logs.Records, static record => record.EventId.Name == "FetchFailed");
    }

    [Fact]
    public async Task J17_FirstRequest_WaitsForTheFirstKeys()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        issuer.Discovery = async (context, good) =>
        {
            arrived.SetResult();
            await release.Task;
            await context.Response.WriteAsync(good);
        };
        await using var rig = await IssuerRig.StartAsync(issuer);
        var requests = Enumerable.Range(0, 20).Select(_ => rig.StatusAsync(issuer.Token())).ToArray();
        await arrived.Task;
        release.SetResult();

        Assert.All(await Task.WhenAll(requests), static status => Assert.Equal(200, status));
        Assert.Equal(1, issuer.Fetches);
    }

    [Fact]
    public async Task J17_WhoHasNotSeenTheKeysInUse_GetsThem_AndAsksNobody()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        var keys = rig.Source.Current;

        // As one whose first keys came between his look and his question.
        Assert.Same(keys, await rig.Source.AskAsync(known: null));
        Assert.Equal(1, issuer.Fetches);

        await rig.Source.AskAsync(keys);
        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task J5_J17_FloodOfUnknownKeys_MakesOneFetchPerInterval()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));

        for (var interval = 1; interval <= 3; interval++)
        {
            for (var round = 0; round < 10; round++)
            {
                var flood = Enumerable.Range(0, 20).Select(i => rig.StatusAsync(New.Sign(issuer.Payload(), $$"""{"alg":"ES256","kid":"{{interval}}-{{round}}-{{i}}"}""")));
                Assert.All(await Task.WhenAll(flood), static status => Assert.Equal(401, status));
            }

            Assert.Equal(1 + interval, issuer.Fetches);
            rig.Clock.Advance(Minimum - TimeSpan.FromTicks(1));
            await rig.StatusAsync(New.Sign(issuer.Payload()));
            Assert.Equal(1 + interval, issuer.Fetches);
            rig.Clock.Advance(TimeSpan.FromTicks(1));
        }

        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
    }

    [Fact]
    public async Task J5_J17_FloodWhileTheSourceIsDown_MakesOneFetchPerIntervalToo()
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        issuer.Break(IssuerFault.ServerError);

        for (var interval = 1; interval <= 3; interval++)
        {
            var flood = Enumerable.Range(0, 50).Select(_ => rig.StatusAsync(New.Sign(issuer.Payload())));
            Assert.All(await Task.WhenAll(flood), static status => Assert.Equal(401, status));
            Assert.Equal(1 + interval, issuer.Fetches);
            Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
            await rig.AdvanceAsync(Minimum - TimeSpan.FromTicks(1));
            Assert.Equal(1 + interval, issuer.Fetches);
            rig.Clock.Advance(TimeSpan.FromTicks(1));
        }
    }

    [Theory]
    [InlineData("../../dev/null")]
    [InlineData("x' OR 1=1 --")]
    [InlineData("a\\r\\nb")]
    [InlineData("")]
    public async Task J5_KeyName_OfAnAttack_MakesNoFetch(string id)
    {
        await using var issuer = await FakeIssuer.StartAsync(Old);
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));

        Assert.Equal(401, await rig.StatusAsync(Old.Sign(issuer.Payload(), $$"""{"alg":"RS256","kid":"{{id}}"}""")));
        await rig.Source.Fetching;
        Assert.Equal(1, issuer.Fetches);
    }

    private static string Fresh(FakeIssuer issuer, IssuerRig rig)
        => $$"""{"sub":"42","iss":"{{issuer.Authority}}","aud":"orders","exp":{{rig.Clock.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds()}}}""";

    private static async Task HangAsync(HttpContext context, TaskCompletionSource arrived)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        arrived.TrySetResult();
        await gone.Task;
    }
}
