using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Records;
using RouteMiddleware.Contrib.Session.Sealing;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S1 to S3, S18 and S20: whatever a cookie holds, it is a session of ours or none, and never an error.</summary>
public sealed class ForgedCookieTests
{
    private const string OtherSecret = "another secret that nobody has ever printed: 7301-xq";

    [Theory]
    [InlineData(EnginesAttribute.Encrypted)]
    [InlineData(EnginesAttribute.SignedOnly)]
    [InlineData(EnginesAttribute.Protected)]
    [InlineData(EnginesAttribute.Memory)]
    [InlineData(EnginesAttribute.Redis)]
    public async Task S1_2500ManipulatedCookies_AreNoSession_NoError_AndOneLogLineAMinute(string engine)
    {
        var clock = new ManualClock();
        await using var app = await SessionApp.StartAsync(engine, clock: clock);
        var (one, two) = (new Browser(app), new Browser(app));
        await one.DoAsync("/login/ada");
        await two.DoAsync("/login/bob");
        var forgeries = Forgeries(ValueOf(one), ValueOf(two), 2500).ToArray();

        Assert.Equal(2500, forgeries.Length);

        foreach (var forgery in forgeries)
        {
            var browser = new Browser(app, $"sessionid={forgery}");
            using var response = await browser.GetAsync("/profile");
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{response.StatusCode}: {forgery}");
            Assert.Empty(browser.SetCookies);
        }

        Assert.Single(app.Logs.Records, static record => record.EventId.Name == "CookiesRefused");
        Assert.DoesNotContain(app.Logs.Records, static record => record.Level >= LogLevel.Error);
        Assert.DoesNotContain(app.Logs.Records, record => record.Message.Contains(forgeries[7], StringComparison.Ordinal));

        clock.Advance(TimeSpan.FromMinutes(1));
        await new Browser(app, $"sessionid={forgeries[0]}").ReadAsync("/get/a");
        var lines = app.Logs.Records.Where(static record => record.EventId.Name == "CookiesRefused").Select(static record => record.Message).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Contains(" 2500 ", lines[1], StringComparison.Ordinal);

        // The true ones still serve.
        Assert.Equal("profile of ada", await one.ReadAsync("/profile"));
    }

    [Theory]
    [InlineData(EnginesAttribute.Encrypted, true, OtherSecret, "sessionid")]
    [InlineData(EnginesAttribute.Encrypted, false, SessionApp.Secret, "sessionid")]
    [InlineData(EnginesAttribute.Encrypted, true, SessionApp.Secret, "othername")]
    [InlineData(EnginesAttribute.SignedOnly, false, OtherSecret, "sessionid")]
    [InlineData(EnginesAttribute.SignedOnly, true, SessionApp.Secret, "sessionid")]
    [InlineData(EnginesAttribute.SignedOnly, false, SessionApp.Secret, "othername")]
    public async Task S2_S3_CookieOfAnotherSecretKindOrName_IsForeign(string engine, bool encrypted, string secret, string name)
    {
        await using var source = await SessionApp.StartAsync(engine, settings: new() { ["Secret"] = secret, ["CookieName"] = name, ["Encrypt"] = encrypted ? "true" : "false" });
        await using var app = await SessionApp.StartAsync(engine);
        using var login = await source.Client.PostAsync(new Uri("/login/ada", UriKind.Relative), null);
        var value = Assert.Single(login.Headers.GetValues("Set-Cookie")).Split(';')[0].Split('=')[1];

        using var response = await new Browser(app, $"sessionid={value}").GetAsync("/profile");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public void S2_UnknownVersionByte_IsForeign_HoweverWellSealed()
    {
        var sealer = new EncryptedSealer([SealingKey.Derive(Encoding.UTF8.GetBytes(OtherSecret), EncryptedSealer.Purpose, "sessionid")]);
        var bytes = Decode(sealer.Seal("payload"u8));

        for (var version = 0; version < 256; version++)
        {
            bytes[0] = (byte)version;
            Assert.Equal(version == 2, sealer.TryOpen(CanonicalBase64Url.Encode(bytes), out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a session")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"UserId\":\"ada\"}")]
    [InlineData("null")]
    public async Task S20_WellSealedBytesOfAnotherForm_AreNoSession(string payload)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Encrypted);
        var secret = SecretText.Read(SessionApp.Secret, out _)!;
        var sealer = new EncryptedSealer([SealingKey.Derive(secret, EncryptedSealer.Purpose, "sessionid")]);
        var padded = Encoding.UTF8.GetBytes(payload).Concat(new byte[200]).ToArray();

        foreach (var bytes in new[] { Encoding.UTF8.GetBytes(payload), padded, RandomNumberGenerator.GetBytes(300) })
        {
            using var response = await new Browser(app, $"sessionid={sealer.Seal(bytes)}").GetAsync("/profile");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task S18_RotatedSecret_StillReadsTheOldCookies_AndSignsNewOnes(string encrypt)
    {
        await using var before = await SessionApp.StartAsync(EnginesAttribute.Encrypted, settings: new() { ["Encrypt"] = encrypt });
        await using var during = await SessionApp.StartAsync(EnginesAttribute.Encrypted, settings: new() { ["Encrypt"] = encrypt, ["Secret"] = OtherSecret, ["SecretFallbacks:0"] = SessionApp.Secret });
        await using var after = await SessionApp.StartAsync(EnginesAttribute.Encrypted, settings: new() { ["Encrypt"] = encrypt, ["Secret"] = OtherSecret });
        var old = new Browser(before);
        await old.DoAsync("/login/ada");

        var moving = new Browser(during, old.Cookie);
        Assert.Equal("profile of ada", await moving.ReadAsync("/profile"));
        await moving.DoAsync("/set/a/1");

        Assert.Equal("profile of ada", await new Browser(after, moving.Cookie).ReadAsync("/profile"));
        using var tooOld = await new Browser(after, old.Cookie).GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, tooOld.StatusCode);
    }

    [Fact]
    public async Task EncryptedCookie_ShowsNothing_SignedOneIsReadable()
    {
        await using var hidden = await SessionApp.StartAsync(EnginesAttribute.Encrypted);
        await using var open = await SessionApp.StartAsync(EnginesAttribute.SignedOnly);
        var (one, two) = (new Browser(hidden), new Browser(open));
        await one.DoAsync("/set/marker/plainly-visible");
        await two.DoAsync("/set/marker/plainly-visible");

        Assert.DoesNotContain("plainly-visible", Encoding.UTF8.GetString(Decode(ValueOf(one))), StringComparison.Ordinal);
        Assert.Contains("plainly-visible", Encoding.UTF8.GetString(Decode(ValueOf(two))), StringComparison.Ordinal);
    }

    private static string ValueOf(Browser browser) => browser.Cookie!.Split('=')[1];

    private static byte[] Decode(string value)
    {
        var bytes = new byte[CanonicalBase64Url.MaxDecodedLength(value.Length)];
        Assert.True(CanonicalBase64Url.TryDecode(value, bytes, out var count));
        return bytes[..count];
    }

    // Every bit flipped, every cut, halves swapped, paddings and odd forms, then noise of the same length.
    private static IEnumerable<string> Forgeries(string one, string two, int count)
    {
        var bytes = Decode(one);
        var all = Enumerable.Range(0, bytes.Length * 8).Select(bit =>
        {
            var copy = bytes.ToArray();
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            return CanonicalBase64Url.Encode(copy);
        });
        all = all.Concat(Enumerable.Range(1, one.Length - 1).Select(length => one[..length]));
        all = all.Concat(Enumerable.Range(1, one.Length - 1).Select(start => one[start..]));
        all = all.Concat(Enumerable.Range(1, Math.Min(one.Length, two.Length) - 1).Select(cut => one[..cut] + two[cut..]).Where(mix => mix != one && mix != two));
        all = all.Concat([one + "=", one + "==", one + "A", "A" + one, one + one, one + "." + two, one.Insert(3, "+"), one.Insert(3, "/"), one.Insert(3, "%2B"), $"\"{one}\"", "null", "{}", "[]", "-1", new string('A', 8000)]);
        all = all.Concat(Enumerable.Range(0, count).Select(_ => CanonicalBase64Url.Encode(RandomNumberGenerator.GetBytes(bytes.Length))));
        return all.Take(count);
    }
}
