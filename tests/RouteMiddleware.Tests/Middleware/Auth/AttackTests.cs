using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>The corpus over a real socket: J1 to J13, J16.</summary>
public sealed class AttackTests
{
    private readonly AuthRig _rig = new();

    [Fact]
    public async Task J1_To_J13_EveryAttack_Gets401AndTheSameAnswer()
    {
        await using var app = await _rig.StartAsync();
        var count = 0;

        foreach (var (row, token) in AttackCorpus.All())
        {
            var answer = await GetAsync(app, $"Authorization: Bearer {token}\r\n");

            Assert.True(answer.StartsWith("HTTP/1.1 401 ", StringComparison.Ordinal), $"{row}: {answer}");
            Assert.Contains("\r\nWWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"Invalid token\"\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: application/problem+json", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nCache-Control: no-store\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("\"code\":\"token_invalid\"", answer, StringComparison.Ordinal);
            count++;
        }

        Assert.InRange(count, 170, int.MaxValue);
        Assert.DoesNotContain(app.Logs.Records, static record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);

        var fine = await GetAsync(app, $"Authorization: Bearer {TokenForge.Good()}\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", fine, StringComparison.Ordinal);
        Assert.EndsWith("42", fine.TrimEnd('\r', '\n', '0'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task J1_ReasonInTheLog_IsTheAlgorithm()
    {
        await using var app = await _rig.StartAsync();
        await GetAsync(app, $"Authorization: Bearer {TokenForge.Encode("""{"alg":"none"}""")}.{TokenForge.Encode(TokenForge.Payload())}.\r\n");

        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "NotAuthenticated" && record.Message.Contains("alg_not_allowed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jku")]
    [InlineData("x5u")]
    [InlineData("jwk")]
    [InlineData("iss")]
    public async Task J4_AddressInTheToken_IsNeverCalled(string member)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/keys");
        await using var app = await _rig.StartAsync(o => o.Issuer = "https://issuer.example");

        await GetAsync(app, $"Authorization: Bearer {TokenForge.Sign($$"""{"alg":"HS256","{{member}}":"{{address}}"}""", TokenForge.Payload($"\"iss\":\"{address}\""))}\r\n");

        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task J13_RefusedToken_AllocatesLessThanFourTimesItsLength()
    {
        var verifier = _rig.Verifiers.Get(AuthRig.Options(), [])!;
        var context = _rig.Request(null);

        foreach (var (row, token) in AttackCorpus.All().Where(static attack => attack.Row.StartsWith("J13", StringComparison.Ordinal) && attack.Token.Length > 4_000))
        {
            long allocated = 0;

            for (var round = 0; round < 3; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var verification = verifier.VerifyAsync(context, token);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.NotNull((await verification).Fault);
            }

            Assert.True(allocated < 4 * token.Length, $"{row}: {allocated} bytes for {token.Length} characters");
        }
    }

    [Fact]
    public async Task J13_HeaderBeyondTheServersLimit_IsRefusedByTheServer()
    {
        await using var app = await _rig.StartAsync();
        Assert.StartsWith("HTTP/1.1 431 ", await GetAsync(app, $"Authorization: Bearer {new string('A', 64 * 1024)}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task J16_Token_StandsInNoLogAndNoAnswer()
    {
        var good = TokenForge.Good("\"jti\":\"revoked-one\"");
        string[] tokens = [good, TokenForge.Good("\"jti\":\"other\""), TokenForge.Sign(TokenForge.Header, TokenForge.Payload(lifetime: -60)), .. AttackCorpus.All().Select(static attack => attack.Token)];

        foreach (var optional in new[] { false, true })
        {
            await using var app = await _rig.StartAsync(optional: optional);
            _rig.DenyList.Revoke("revoked-one", TokenForge.Now.AddHours(1));
            List<string> seen = [];

            foreach (var token in tokens.Where(static token => token.Length > 24))
            {
                seen.Add(await GetAsync(app, $"Authorization: Bearer {token}\r\n"));
            }

            seen.AddRange(app.Logs.Records.Select(static record => $"{record.Message} {record.Exception}"));
            Assert.True(seen.Count > tokens.Length);

            foreach (var part in tokens.SelectMany(static token => token.Split('.')).Where(static part => part.Length >= 24).Select(static part => part[..24]).Distinct(StringComparer.Ordinal))
            {
                Assert.DoesNotContain(seen, text => text.Contains(part, StringComparison.Ordinal));
            }

            Assert.DoesNotContain(seen, static text => text.Contains(TokenForge.Secret, StringComparison.Ordinal));
        }
    }

    private static Task<string> GetAsync(TestApp app, string headers)
        => app.SendRawAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
}
