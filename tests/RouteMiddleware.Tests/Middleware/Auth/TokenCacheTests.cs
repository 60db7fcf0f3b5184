using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

public sealed class TokenCacheTests
{
    private readonly AuthRig _rig = new();

    [Fact]
    public async Task SeenToken_CostsLessThan300Bytes()
    {
        var auth = _rig.Auth(o => o.Roles = ["admin"]);
        var context = _rig.Request(TokenForge.Good("\"role\":\"admin\",\"jti\":\"a\""));
        await auth.InvokeAsync(context, static _ => Task.CompletedTask);

        const int Requests = 1_000;
        var before = 0L;

        for (var i = -Requests; i < Requests; i++)
        {
            if (i == 0)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            // As on a new request: an outer attachment's answer is not reused.
            context.Features.Set<Microsoft.AspNetCore.Authentication.IAuthenticateResultFeature>(null);
            Assert.True(auth.InvokeAsync(context, static _ => Task.CompletedTask).IsCompletedSuccessfully);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Requests, 1, 299);
    }

    [Fact]
    public async Task Cache_UnderAFloodOfGoodTokens_StaysBounded_AndKeepsTheOneInUse()
    {
        var verified = await VerifiedAsync();
        var cache = new TokenCache();
        cache.Add("used", verified);

        for (var i = 0; i < 20_000; i++)
        {
            cache.Add($"token {i}", verified);
            Assert.InRange(cache.Count, 1, TokenCache.MaxTokens + 1);
            Assert.NotNull(cache.Find("used"));
        }

        Assert.Null(cache.Find("token 1"));
        Assert.NotNull(cache.Find("token 19999"));
    }

    [Fact]
    public async Task Cache_OfLongTokens_IsBoundedByTheirSize()
    {
        var verified = await VerifiedAsync();
        var cache = new TokenCache();

        for (var i = 0; i < 3_000; i++)
        {
            cache.Add(i.ToString("D4", null) + new string('x', TokenCache.MaxTokenLength - 4), verified);
        }

        Assert.InRange((long)cache.Count * TokenCache.MaxTokenLength, TokenCache.MaxCharacters / 4, TokenCache.MaxCharacters);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Cache_TakesTokensUpToItsLongest(int over, bool taken)
    {
        var cache = new TokenCache();
        var token = new string('x', TokenCache.MaxTokenLength + over);
        cache.Add(token, await VerifiedAsync());

        Assert.Equal(taken, cache.Find(token) is not null);
    }

    [Fact]
    public async Task Cache_FindsExactlyTheToken()
    {
        var cache = new TokenCache();
        cache.Add("abcdefghijklmnopqrstuvwxyz", await VerifiedAsync());

        Assert.NotNull(cache.Find("abcdefghijklmnopqrstuvwxyz"));
        Assert.Null(cache.Find("Abcdefghijklmnopqrstuvwxyz"));
        Assert.Null(cache.Find("bcdefghijklmnopqrstuvwxyz"));
        Assert.Null(cache.Find(""));
    }

    [Fact]
    public void Verifiers_WithTheSameRules_AreOne_AndWithOthersAnother()
    {
        var one = _rig.Verifiers.Get(AuthRig.Options(), []);

        Assert.Same(one, _rig.Verifiers.Get(AuthRig.Options(o => o.Roles = ["admin"]), []));
        Assert.NotSame(one, _rig.Verifiers.Get(AuthRig.Options(o => o.Secret += "!"), []));
        Assert.NotSame(one, _rig.Verifiers.Get(AuthRig.Options(o => o.Issuer = "a"), []));
        Assert.NotSame(one, _rig.Verifiers.Get(AuthRig.Options(o => o.Audience = "a"), []));
        Assert.NotSame(one, _rig.Verifiers.Get(AuthRig.Options(o => o.ClockSkew = TimeSpan.Zero), []));
        Assert.NotSame(one, _rig.Verifiers.Get(AuthRig.Options(o => (o.Algorithms, o.Secret) = (["HS256", "HS384"], o.Secret + "0123456789abXY")), []));
    }

    [Fact]
    public async Task SeenToken_AfterAChangeOfTheKey_IsRefused()
    {
        var token = TokenForge.Good();
        Assert.True((await _rig.RunAsync(_rig.Auth(), token)).Passed);

        Assert.Equal(401, (await _rig.RunAsync(_rig.Auth(o => o.Secret += "!"), token)).Context.Response.StatusCode);
    }

    [Fact]
    public async Task SeenToken_OnARouteWithAnotherAudience_IsRefused()
    {
        var token = TokenForge.Good("\"aud\":\"orders\"");
        Assert.True((await _rig.RunAsync(_rig.Auth(o => o.Audience = "orders"), token)).Passed);

        Assert.Equal(401, (await _rig.RunAsync(_rig.Auth(o => o.Audience = "admin"), token)).Context.Response.StatusCode);
    }

    [Fact]
    public async Task InnerAttachment_WithTheSameRules_KeepsTheUserAndWhatWasAddedToIt()
    {
        var context = _rig.Request(TokenForge.Good());
        var inner = _rig.Auth(o => o.Roles = ["added"]);
        var passed = false;

        await _rig.Auth().InvokeAsync(context, outer =>
        {
            ((System.Security.Claims.ClaimsIdentity)outer.User.Identity!).AddClaim(new(System.Security.Claims.ClaimTypes.Role, "added"));
            return inner.InvokeAsync(outer, _ =>
            {
                passed = true;
                return Task.CompletedTask;
            });
        });

        Assert.True(passed);
        Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
    }

    private async Task<VerifiedToken> VerifiedAsync()
    {
        var token = TokenForge.Good();
        return (await _rig.Verifiers.Get(AuthRig.Options(), [])!.VerifyAsync(_rig.Request(token), token)).Token!;
    }
}
