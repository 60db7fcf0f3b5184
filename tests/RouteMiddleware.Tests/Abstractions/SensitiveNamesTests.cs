namespace RouteMiddleware.Tests.Abstractions;

public sealed class SensitiveNamesTests
{
    [Theory]
    [InlineData("token", true)]
    [InlineData("TOKEN", true)]
    [InlineData("access_token", true)]
    [InlineData("accessToken", true)]
    [InlineData("to-ken", true)]
    [InlineData("tokens[0]", true)]
    [InlineData("user[newPassword]", true)]
    [InlineData("api-key", true)]
    [InlineData("ApiKey", true)]
    [InlineData("my.api.key", true)]
    [InlineData("pin", true)]
    [InlineData("p_i_n", true)]
    [InlineData("shipping", false)]
    [InlineData("spin", false)]
    [InlineData("toke", false)]
    [InlineData("", false)]
    [InlineData("_", false)]
    public void L2_Names_AreComparedByTheirLetters(string name, bool expected)
        => Assert.Equal(expected, new SensitiveNames(["token", "password", "api_key", "pin"]).Match(name));

    [Theory]
    [InlineData(128, false)]
    [InlineData(129, true)]
    public void Name_LongerThanAnyoneWrites_IsSensitive(int length, bool expected)
        => Assert.Equal(expected, new SensitiveNames(["token"]).Match(new string('x', length)));

    [Theory]
    [InlineData("")]
    [InlineData("X-Anything")]
    public void L2_Star_IsAnyName(string name) => Assert.True(new SensitiveNames(["*"]).Match(name));

    [Fact]
    public void NoNames_MatchNothing() => Assert.False(new SensitiveNames([]).Match("password"));
}
