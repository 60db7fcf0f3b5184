using System.Security.Claims;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class PartitionKeyReaderTests
{
    private static readonly string[] TenantKeys = ["tenant+user", "tenant+user+header:key", "tenant+header:key"];

    [Theory]
    [InlineData("sub")]
    [InlineData("user_id")]
    [InlineData(ClaimTypes.NameIdentifier)]
    [InlineData(ClaimTypes.Name)]
    public void User_WithAVerifiedIdentity_IsOneFromEveryAddress(string claim)
    {
        Assert.Equal(Read("user", As(claim, "ann", "test")), Read("user", As(claim, "ann", "test", "198.51.100.9")));
        Assert.NotEqual(Read("user", As(claim, "ann", "test")), Read("user", As(claim, "bob", "test")));
    }

    [Fact]
    public void R16_User_WithAnUnverifiedIdentity_IsTheAddress()
    {
        var address = Read("ip", Limits.From("192.0.2.7"));

        Assert.Equal(address, Read("user", As("sub", "ann", authentication: null)));
        Assert.Equal(address, Read("user", As("sub", "bob", authentication: null)));
        Assert.Equal(address, Read("user", Limits.From("192.0.2.7")));
        Assert.Equal(address, Read("user", As("role", "admin", "test")));
    }

    [Fact]
    public void R16_User_WithAClaimOfASecondUnverifiedIdentity_IsTheVerifiedOne()
    {
        var context = As("sub", "ann", "test");
        context.User.AddIdentity(new ClaimsIdentity([new Claim("sub", "bob")]));

        Assert.Equal(Read("user", As("sub", "ann", "test")), Read("user", context));
    }

    [Fact]
    public void R13_User_NamedAsAnAddressOrAHeaderValue_IsSomebodyElse()
    {
        Assert.NotEqual(Read("user", Limits.From("192.0.2.7")), Read("user", As("sub", "192.0.2.7", "test")));
        Assert.NotEqual(Read("user+header:a", With(As("sub", "x", "test"), ("a", null))), Read("user+header:a", With(Limits.From("192.0.2.7"), ("a", "x"))));
    }

    [Theory]
    [InlineData("a", "bc", "ab", "c")]
    [InlineData("a:b", "c", "a", "b:c")]
    [InlineData("1:a", "", "", "1:a")]
    [InlineData("a", "2:b", "a2:b", "")]
    [InlineData("{a}", "b", "{a", "}b")]
    [InlineData("-1:", "x", "", "x")]
    [InlineData("x0:y", "z", "x", "y0:z")]
    [InlineData("x1:y", "z", "x", "y1:z")]
    public void R13_HeaderValues_CutElsewhere_AreSomebodyElse(string a1, string b1, string a2, string b2)
        => Assert.NotEqual(
            Read("header:a+header:b", With(Limits.From("192.0.2.7"), ("a", a1), ("b", b1))),
            Read("header:a+header:b", With(Limits.From("192.0.2.7"), ("a", a2), ("b", b2))));

    [Fact]
    public void Header_WithoutAValue_IsTheAddress()
    {
        var address = Read("ip", Limits.From("192.0.2.7"));

        Assert.Equal(address, Read("header:key", Limits.From("192.0.2.7")));
        Assert.Equal(address, Read("header:key", With(Limits.From("192.0.2.7"), ("key", ""))));
        Assert.Equal(
            Read("header:key", With(Limits.From("192.0.2.7"), ("key", "k"))),
            Read("header:key", With(Limits.From("198.51.100.9"), ("key", "k"))));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(30_000)]
    public void Header_OfAnyLength_IsToldFromItsLikes(int length)
    {
        var text = new string('k', length - 1);

        Assert.Equal(Read("header:key", Keyed(text + "a")), Read("header:key", Keyed(text + "a")));
        Assert.NotEqual(Read("header:key", Keyed(text + "a")), Read("header:key", Keyed(text + "b")));
    }

    [Fact]
    public void R19_Route_WithOtherPathValues_IsTheSame()
    {
        Assert.Equal(Read("route", At("/orders/{id}", "GET", "/orders/1")), Read("route", At("/orders/{id}", "GET", "/orders/2")));
        Assert.NotEqual(Read("route", At("/orders/{id}", "GET")), Read("route", At("/orders", "GET")));
    }

    [Theory]
    [InlineData("GET", "get", true)]
    [InlineData("GET", "POST", false)]
    [InlineData("FOO", "BAR", true)]
    [InlineData("FOO", "GET", false)]
    public void R19_Route_WithAnotherMethod_IsAnotherOneWhereTheMethodIsKnown(string one, string other, bool areOne)
        => Assert.Equal(areOne, Read("route", At("/orders", one)).Equals(Read("route", At("/orders", other))));

    [Fact]
    public void R19_Route_WhereNoneMatched_IsOneWhateverPathAndMethod()
    {
        var first = Limits.From("192.0.2.7", "FOO");
        first.Request.Path = "/a";
        var second = Limits.From("198.51.100.9", "GET");
        second.SetEndpoint(new Endpoint(requestDelegate: null, metadata: null, "405 HTTP Method Not Supported"));

        Assert.Equal(Read("route", first), Read("route", second));
    }

    [Fact]
    public void Combined_UserAndRoute_AreOneOnlyTogether()
    {
        var annHere = Read("user+route", Placed("ann", "/a"));

        Assert.Equal(annHere, Read("user+route", Placed("ann", "/a")));
        Assert.NotEqual(annHere, Read("user+route", Placed("ann", "/b")));
        Assert.NotEqual(annHere, Read("user+route", Placed("bob", "/a")));
    }

    [Fact]
    public void Combined_AddressAndHeader_AreOneOnlyTogether()
    {
        var key = Read("ip+header:key", Keyed("k"));

        Assert.Equal(key, Read("ip+header:key", Keyed("k")));
        Assert.NotEqual(key, Read("ip+header:key", Keyed("l")));
        Assert.NotEqual(key, Read("ip+header:key", With(Limits.From("198.51.100.9"), ("key", "k"))));
    }

    [Fact]
    public void Global_OfEverybody_IsOne()
        => Assert.Equal(Read("global", As("sub", "ann", "test")), Read("global", At("/orders", "POST")));

    [Fact]
    public void R16_Tenant_ThatWasNotChecked_IsTheAddress()
    {
        Assert.Equal(Read("ip", Limits.From("192.0.2.7")), Read("tenant", With(Limits.From("192.0.2.7"), ("X-Tenant", "a"), ("tenant", "b"))));
        Assert.Equal(Read("tenant", Of("a", "192.0.2.7")), Read("tenant", Of("a", "198.51.100.9")));
        Assert.NotEqual(Read("tenant", Of("a")), Read("tenant", Of("b")));
        Assert.NotEqual(Read("tenant", Of("192.0.2.7")), Read("tenant", Limits.From("192.0.2.7")));
    }

    [Fact]
    public void T4_KeysOfTwoTenants_WhateverTheUser_AreNeverOne()
        => Prop.ForAll(ArbMap.Default.ArbFor<(string? Tenant, string? User, string? Key)>(), ArbMap.Default.ArbFor<(string? Tenant, string? User, string? Key)>(), static (one, other) =>
        {
            foreach (var partitionBy in TenantKeys)
            {
                var isAlike = Said(one.Tenant) == Said(other.Tenant)
                    && (!partitionBy.Contains("user", StringComparison.Ordinal) || Said(one.User) == Said(other.User))
                    && (!partitionBy.Contains("key", StringComparison.Ordinal) || Said(one.Key) == Said(other.Key));

                Assert.Equal(isAlike, Read(partitionBy, Placed(one)).Equals(Read(partitionBy, Placed(other))));
            }

            static string? Said(string? text) => string.IsNullOrEmpty(text) ? null : text;
        }).QuickCheckThrowOnFailure();

    private static DefaultHttpContext Of(string tenant, string address = "192.0.2.7") => Placed((tenant, null, null), address);

    private static DefaultHttpContext Placed((string? Tenant, string? User, string? Key) caller, string address = "192.0.2.7")
    {
        var context = string.IsNullOrEmpty(caller.User) ? Limits.From(address) : As("sub", caller.User, "test", address);

        if (caller.Tenant is not null)
        {
            context.Features.Set<ITenantFeature>(new Tenant(caller.Tenant));
        }

        if (caller.Key is not null)
        {
            context.Request.Headers["key"] = caller.Key;
        }

        return context;
    }

    private static PartitionKey Read(string partitionBy, HttpContext context) => PartitionKeyReader.Parse(partitionBy, []).Read(context);

    private static DefaultHttpContext As(string claim, string value, string? authentication, string address = "192.0.2.7")
    {
        var context = Limits.From(address);
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(claim, value)], authentication));
        return context;
    }

    private static HttpContext Keyed(string value) => With(Limits.From("192.0.2.7"), ("key", value));

    private static HttpContext With(HttpContext context, params (string Name, string? Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        return context;
    }

    private static DefaultHttpContext Placed(string user, string template)
    {
        var context = As("sub", user, "test");
        context.SetEndpoint(At(template, "GET").GetEndpoint());
        return context;
    }

    private static DefaultHttpContext At(string template, string method, string path = "/")
    {
        var context = Limits.From("192.0.2.7", method);
        context.Request.Path = path;
        context.SetEndpoint(new RouteEndpoint(static _ => Task.CompletedTask, RoutePatternFactory.Parse(template), 0, metadata: null, displayName: null));
        return context;
    }

    private sealed class Tenant(string id) : ITenantFeature
    {
        public string TenantId => id;
    }
}
