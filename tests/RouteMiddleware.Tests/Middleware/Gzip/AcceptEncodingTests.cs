using Microsoft.Extensions.Primitives;
using RouteMiddleware.Middleware.Gzip;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class AcceptEncodingTests
{
    // RFC 9110 12.5.3, row by row.
    [Theory]
    [InlineData("gzip", ContentCoding.Gzip)]
    [InlineData("br", ContentCoding.Brotli)]
    [InlineData("x-gzip", ContentCoding.Gzip)]
    [InlineData("GZip", ContentCoding.Gzip)]
    [InlineData("gzip, deflate, br, zstd", ContentCoding.Brotli)]
    [InlineData("gzip;q=1, br;q=1", ContentCoding.Brotli)]
    [InlineData("gzip;q=1.0, br;q=0.9", ContentCoding.Gzip)]
    [InlineData("gzip;q=0.8, br;q=0.801", ContentCoding.Brotli)]
    [InlineData("compress, gzip", ContentCoding.Gzip)]
    [InlineData("", ContentCoding.Identity)]
    [InlineData("*", ContentCoding.Brotli)]
    [InlineData("compress;q=0.5, gzip;q=1.0", ContentCoding.Gzip)]
    [InlineData("gzip;q=1.0, identity; q=0.5, *;q=0", ContentCoding.Gzip)]
    [InlineData("gzip;q=0", ContentCoding.Identity)]
    [InlineData("gzip;q=0.000", ContentCoding.Identity)]
    [InlineData("gzip;q=0.001", ContentCoding.Gzip)]
    [InlineData("gzip;q=0, br;q=0, *", ContentCoding.Identity)]
    [InlineData("gzip;q=0, *", ContentCoding.Brotli)]
    [InlineData("br;q=0, *;q=0.1", ContentCoding.Gzip)]
    [InlineData("*;q=0", ContentCoding.Identity)]
    [InlineData("*;q=0, gzip", ContentCoding.Gzip)]
    [InlineData("identity", ContentCoding.Identity)]
    [InlineData("identity;q=0", ContentCoding.Identity)]
    [InlineData("identity;q=0, gzip;q=0.1", ContentCoding.Gzip)]
    [InlineData("identity, gzip;q=0.9", ContentCoding.Identity)]
    [InlineData("identity, gzip", ContentCoding.Gzip)]
    [InlineData("identity;q=0.5, gzip;q=0.4, br;q=0.3", ContentCoding.Identity)]
    [InlineData("identity;q=0.3, gzip;q=0.4, br;q=0.2", ContentCoding.Gzip)]
    [InlineData("*;q=0.5, gzip;q=0.1, br;q=0.1", ContentCoding.Identity)]
    [InlineData("deflate, zstd", ContentCoding.Identity)]
    [InlineData("  gzip\t;\tq=0.5 ,, ", ContentCoding.Gzip)]
    [InlineData("gzip;Q=0", ContentCoding.Identity)]
    [InlineData("gzip;q=0, gzip", ContentCoding.Identity)]
    public void G2_Header_OfTheGrammar_IsWeighed(string header, object expected) => Assert.Equal((ContentCoding)expected, AcceptEncoding.Choose(header, isBrotliOn: true));

    [Theory]
    [InlineData("gzip;q=")]
    [InlineData("gzip;q=abc")]
    [InlineData("gzip;q=2")]
    [InlineData("gzip;q=1.001")]
    [InlineData("gzip;q=0.0001")]
    [InlineData("gzip;q=-1")]
    [InlineData("gzip;q=.5")]
    [InlineData("gzip;q=0,5")]
    [InlineData("gzip;q= 1")]
    [InlineData("gzip;q =1")]
    [InlineData("gzip;q=1;level=9")]
    [InlineData("gzip;level=9")]
    [InlineData("gzip;")]
    [InlineData("gzip q=1")]
    [InlineData("\"gzip\"")]
    [InlineData("gzip2")]
    [InlineData(";q=1")]
    [InlineData(";;;,=,q")]
    [InlineData("gzip/1.0")]
    public void G2_Member_ThatBreaksTheGrammar_IsNoYes(string header) => Assert.Equal(ContentCoding.Identity, AcceptEncoding.Choose(header, isBrotliOn: true));

    [Theory]
    [InlineData("br", ContentCoding.Identity)]
    [InlineData("br, gzip;q=0.1", ContentCoding.Gzip)]
    [InlineData("*", ContentCoding.Gzip)]
    public void G2_Brotli_ThatIsOff_IsNotChosen(string header, object expected) => Assert.Equal((ContentCoding)expected, AcceptEncoding.Choose(header, isBrotliOn: false));

    [Fact]
    public void G2_Lines_OfTheHeader_CountTogether()
    {
        Assert.Equal(ContentCoding.Gzip, AcceptEncoding.Choose(new StringValues(["br;q=0.5", "gzip", null]), isBrotliOn: true));
        Assert.Equal(ContentCoding.Identity, AcceptEncoding.Choose(default, isBrotliOn: true));
    }
}
