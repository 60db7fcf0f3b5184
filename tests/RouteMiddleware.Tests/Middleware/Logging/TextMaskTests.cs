using RouteMiddleware.Middleware.Logging;

namespace RouteMiddleware.Tests.Middleware.Logging;

public sealed class TextMaskTests
{
    private static readonly SensitiveNames Names = new(["password", "pin", "authorization"]);

    [Theory]
    [InlineData("user=ann password=hunter2 x=1", "user=ann password=*** x=1")]
    [InlineData("password='a b' x", "password='***' x")]
    [InlineData("\"password\" : \"a b\", x", "\"password\" : \"***\", x")]
    [InlineData("Authorization: Bearer abc\nnext", "Authorization: ***\nnext")]
    [InlineData("<a><password>hunter2</password><b>1</b></a>", "<a><password>***</password><b>1</b></a>")]
    [InlineData("<x:password a='1'><![CDATA[hun<ter2]]></x:password>!", "<x:password a='1'>***</x:password>!")]
    [InlineData("<password/><b>1</b>", "<password/><b>1</b>")]
    [InlineData("<user pin=\"12\" name=\"ann\"/>", "<user pin=\"***\" name=\"ann\"/>")]
    [InlineData("<password>hunt", "<password>***")]
    [InlineData("<password hunt", "<password***")]
    [InlineData("password=", "password=")]
    [InlineData("my password is long", "my password is long")]
    [InlineData("", "")]
    public void L2_SensitiveNames_AreMasked(string text, string expected) => Assert.Equal(expected, TextMask.Mask(text, Names));
}
