using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>J20, by structure: a timing test on a shared machine proves nothing either way.</summary>
public sealed partial class ConstantTimeTests
{
    [Fact]
    public void J20_Signatures_AreComparedByTheLibraryAlone()
    {
        var suspects =
            from file in Repository.Files("src/RouteMiddleware/Middleware/Auth", "*.cs")
            where Computing().IsMatch(Repository.Read(file))
            select file;

        Assert.Empty(suspects);
    }

    [Fact]
    public void J20_ByteComparisons_AreThoseThatSeeNoSignature()
    {
        var comparing =
            from file in Repository.Files("src/RouteMiddleware/Middleware/Auth", "*.cs")
            where Repository.Read(file).Contains("SequenceEqual", StringComparison.Ordinal)
            select Path.GetFileNameWithoutExtension(file);

        // Scopes; an issuer's public key set; algorithm names; whole tokens that were found good, behind a keyed hash.
        Assert.Equal(["AccessRules", "IssuerDocuments", "JwtIssuer", "TokenCache"], comparing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void J20_Library_ComparesInConstantTime()
    {
        var compare = typeof(SecurityKey).Assembly.GetType("Microsoft.IdentityModel.Tokens.Utility")!
            .GetMethod("AreEqual", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(byte[]), typeof(byte[])])!;

        // The mark of a comparison that must not stop early: the compiler may not improve it.
        Assert.Equal(MethodImplAttributes.NoOptimization, compare.MethodImplementationFlags & MethodImplAttributes.NoOptimization);
    }

    [GeneratedRegex(@"HMAC|ComputeHash|HashData|CreateForVerifying|\.Verify\(", RegexOptions.None, 5000)]
    private static partial Regex Computing();
}
