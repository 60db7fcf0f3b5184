using FsCheck;
using FsCheck.Fluent;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>J7, J12: nothing but the token itself is the token.</summary>
public sealed class TokenMutationTests
{
    private readonly AuthRig _rig = new();
    private readonly string _token = TokenForge.Good("\"jti\":\"one\",\"role\":\"admin\"");
    private readonly BearerVerifier _verifier;

    public TokenMutationTests() => _verifier = _rig.Verifiers.Get(AuthRig.Options(), [])!;

    [Fact]
    public async Task J7_EverySingleBitFlip_OfASeenToken_IsRefused()
    {
        Assert.True(await IsAcceptedAsync(_token));

        for (var i = 0; i < _token.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var letters = _token.ToCharArray();
                letters[i] = (char)(letters[i] ^ (1 << bit));
                Assert.False(await IsAcceptedAsync(new string(letters)), $"bit {bit} of character {i}");
            }
        }
    }

    [Fact]
    public async Task J7_EveryTruncation_IsRefused()
    {
        for (var length = 0; length < _token.Length; length++)
        {
            Assert.False(await IsAcceptedAsync(_token[..length]), $"the first {length}");
            Assert.False(await IsAcceptedAsync(_token[(_token.Length - length)..]), $"the last {length}");
        }
    }

    [Fact]
    public async Task J12_EveryInsertionOfOneCharacter_IsRefused()
    {
        foreach (var letter in ".=A \t\0~")
        {
            for (var i = 0; i <= _token.Length; i++)
            {
                Assert.False(await IsAcceptedAsync(_token.Insert(i, letter.ToString())), $"'{letter}' at {i}");
            }
        }
    }

    [Fact]
    public void J7_RandomMutations_AreNeverAccepted()
    {
        var mutation = Gen.Choose(0, 1_000_000).Three();
        var property = Prop.ForAll(mutation.ListOf(4).ToArbitrary(), changes =>
        {
            var mutant = changes.Aggregate(_token, Mutate);
            return string.Equals(mutant, _token, StringComparison.Ordinal) || !IsAcceptedAsync(mutant).GetAwaiter().GetResult();
        });

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), property);
    }

    [Fact]
    public void J11_RandomBytes_InPlaceOfHeaderAndPayload_NeverThrow()
    {
        var bytes = Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf();
        var property = Prop.ForAll(bytes.Two().ToArbitrary(), parts =>
        {
            var (header, payload) = parts;
            return !IsAcceptedAsync(TokenForge.Sign(header, payload)).GetAwaiter().GetResult()
                && !IsAcceptedAsync(TokenForge.Sign(System.Text.Encoding.UTF8.GetBytes(TokenForge.Header), payload)).GetAwaiter().GetResult();
        });

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), property);
    }

    private static string Mutate(string token, (int Kind, int Place, int Value) change)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \u00E9";
        var place = token.Length == 0 ? 0 : change.Place % token.Length;
        var letter = Letters[change.Value % Letters.Length].ToString();

        return (change.Kind % 5) switch
        {
            0 when token.Length > 0 => token.Remove(place, 1).Insert(place, letter),
            1 when token.Length > 0 => token.Remove(place, 1),
            2 => token.Insert(place, letter),
            3 when token.Length > 0 => token[place..] + token[..place],
            _ => token + letter,
        };
    }

    private async Task<bool> IsAcceptedAsync(string token)
        => (await _verifier.VerifyAsync(_rig.Request(token), token)).Token is not null;
}
