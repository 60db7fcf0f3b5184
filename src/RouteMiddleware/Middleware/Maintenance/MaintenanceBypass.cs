using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>Who passes a closed door by what they know, or by who they are.</summary>
internal sealed class MaintenanceBypass
{
    private const string HeaderName = "X-Maintenance-Bypass";
    private const int FewestBytes = 32;

    // What is longer than any secret is not worth the work.
    private const int LongestSecret = 512;

    private readonly byte[]? _secretHash;
    private readonly string[] _roles;

    private MaintenanceBypass(string? secret, string[] roles)
    {
        _secretHash = secret is null ? null : SHA256.HashData(Encoding.ASCII.GetBytes(secret));
        _roles = roles;
    }

    /// <summary>Reads the options; what is wrong with them is added to the faults.</summary>
    /// <returns><see langword="null"/> where nobody passes so.</returns>
    public static MaintenanceBypass? Read(MaintenanceOptions options, List<string> faults)
    {
        if (options.BypassSecret is { } secret && FindFault(secret) is { } fault)
        {
            faults.Add($"{nameof(options.BypassSecret)} {fault} Draw a new one at random, for example with 'openssl rand -base64 48', and keep it out of the source code.");
        }

        string[] roles = [.. options.BypassRoles ?? []];

        if (roles.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add($"{nameof(options.BypassRoles)} has an empty name.");
        }

        return options.BypassSecret is null && roles.Length == 0 ? null : new(options.BypassSecret, roles);
    }

    public bool Allows(HttpContext context) => KnowsSecret(context.Request) || (_roles.Length > 0 && HasRole(context.User));

    private static string? FindFault(string secret)
        => secret.AsSpan().ContainsAnyExceptInRange('!', '~') ? "has a space or a letter that a header can't carry."
            : secret.Length > LongestSecret ? $"must have at most {LongestSecret} bytes, but has {secret.Length}."
            : WeakSecret.FindFault(Encoding.ASCII.GetBytes(secret), FewestBytes);

    // Hashes are compared, in a time that does not depend on them: neither how much of the secret is right nor how long it is can be told by it.
    private bool KnowsSecret(HttpRequest request)
    {
        if (_secretHash is null || request.Headers[HeaderName] is not [{ Length: > 0 and <= LongestSecret } given])
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(LongestSecret)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(given, bytes)], hash);
        return CryptographicOperations.FixedTimeEquals(hash, _secretHash);
    }

    // A role counts of an identity that somebody vouches for, and of no other that the user carries.
    private bool HasRole(ClaimsPrincipal user)
    {
        foreach (var identity in user.Identities)
        {
            if (identity.IsAuthenticated && Array.Exists(_roles, role => identity.HasClaim(identity.RoleClaimType, role)))
            {
                return true;
            }
        }

        return false;
    }
}
