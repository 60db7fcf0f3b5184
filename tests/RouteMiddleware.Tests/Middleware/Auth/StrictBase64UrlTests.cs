using System.Buffers.Text;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

public sealed class StrictBase64UrlTests
{
    [Theory]
    [InlineData("AA", true)]
    [InlineData("AQ", true)]
    [InlineData("AB", false)]
    [InlineData("AP", false)]
    [InlineData("AAA", true)]
    [InlineData("AAE", true)]
    [InlineData("AAB", false)]
    [InlineData("AAC", false)]
    [InlineData("AAAA", true)]
    [InlineData("AAAB", true)]
    [InlineData("A", false)]
    [InlineData("AAAAA", false)]
    [InlineData("", false)]
    [InlineData("AA==", false)]
    [InlineData("AAA=", false)]
    [InlineData("AA%3D", false)]
    [InlineData("A A", false)]
    [InlineData("AAA\n", false)]
    [InlineData(" AAA", false)]
    [InlineData("AA+/", false)]
    [InlineData("-_-_", true)]
    [InlineData("AA\u00C4A", false)]
    [InlineData("\uFF21\uFF21\uFF21\uFF21", false)]
    public void J12_Text_IsTakenInItsCanonicalFormOnly(string text, bool canonical)
    {
        Assert.Equal(canonical, StrictBase64Url.IsCanonical(text));
        Assert.Equal(canonical, StrictBase64Url.Decode(text) is not null);
    }

    [Fact]
    public void J12_EveryByteSequence_HasExactlyOneForm()
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        foreach (var value in new byte[][] { [0], [255], [1, 2], [255, 255], [1, 2, 3] })
        {
            var text = Base64Url.EncodeToString(value);
            var forms = Letters.Select(last => text[..^1] + last).Where(form => StrictBase64Url.Decode(form) is { } bytes && bytes.AsSpan().SequenceEqual(value));
            Assert.Equal([text], forms);
        }
    }
}
