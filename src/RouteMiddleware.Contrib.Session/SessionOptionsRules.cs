using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using RouteMiddleware.Contrib.Session.Sealing;

namespace RouteMiddleware.Contrib.Session;

/// <summary>Checks the options: every fault at once, so that whoever starts the application fixes them in one go. Messages never show a secret.</summary>
internal static class SessionOptionsRules
{
    private const string TokenSymbols = "!#$%&'*+-.^_`|~";

    /// <summary>Checks the options and reads the secrets.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hasRedis">Whether there is a Redis; asked only where the options need one.</param>
    /// <returns>The secrets, the signing one first; none where data protection seals.</returns>
    /// <exception cref="OptionsValidationException">With every fault.</exception>
    public static IReadOnlyList<byte[]> Check(SessionOptions options, Func<bool>? hasRedis = null)
    {
        List<string> faults = [];
        var secrets = ReadSecrets(options, faults);
        CheckValues(options, faults);
        CheckCookie(options, faults);
        CheckTimes(options, faults);

        if (options.Engine == SessionEngineKind.Redis && hasRedis?.Invoke() != true)
        {
            faults.Add($"{nameof(SessionOptions.Engine)} is Redis, but there is no Redis: set RouteMiddleware:Redis:Configuration (\"host:6379\"), or register an IConnectionMultiplexer.");
        }

        return faults.Count == 0 ? secrets : throw new OptionsValidationException(Options.DefaultName, typeof(SessionOptions), faults);
    }

    private static List<byte[]> ReadSecrets(SessionOptions options, List<string> faults)
    {
        List<byte[]> secrets = [];

        // Settings may leave a place for it open where nothing is sealed.
        var secret = options is { Secret: "", Engine: SessionEngineKind.Memory or SessionEngineKind.Redis } ? null : options.Secret;
        Read(secret, nameof(SessionOptions.Secret));

        for (var i = 0; i < options.SecretFallbacks.Count; i++)
        {
            Read(options.SecretFallbacks[i], $"{nameof(SessionOptions.SecretFallbacks)}[{i}]");
        }

        if (secret is null && options.SecretFallbacks.Count > 0)
        {
            faults.Add($"{nameof(SessionOptions.SecretFallbacks)} needs a {nameof(SessionOptions.Secret)}: fallbacks only read what they once signed.");
        }

        return secrets;

        void Read(string? text, string name)
        {
            if (text is null)
            {
                return;
            }

            if (SecretText.Read(text, out var fault) is { } bytes)
            {
                secrets.Add(bytes);
            }
            else
            {
                faults.Add($"{name} {fault}");
            }
        }
    }

    private static void CheckValues(SessionOptions options, List<string> faults)
    {
        CheckEnum(nameof(SessionOptions.Engine), options.Engine, faults);
        CheckEnum(nameof(SessionOptions.CookieSecure), options.CookieSecure, faults);
        CheckEnum(nameof(SessionOptions.CookieSameSite), options.CookieSameSite, faults);
        CheckEnum(nameof(SessionOptions.Concurrency), options.Concurrency, faults);
        CheckEnum(nameof(SessionOptions.OnStoreFailure), options.OnStoreFailure, faults);

        if (options.MaxCookieBytes is < 512 or > 65536)
        {
            faults.Add($"{nameof(SessionOptions.MaxCookieBytes)} must be 512 to 65536, but is {options.MaxCookieBytes}.");
        }

        if (options.Durability is < 0 or > 10)
        {
            faults.Add($"{nameof(SessionOptions.Durability)} must be 0 to 10 replicas, but is {options.Durability}.");
        }

        if (options.Durability > 0 && options.Engine is SessionEngineKind.Signing or SessionEngineKind.Memory)
        {
            faults.Add($"{nameof(SessionOptions.Durability)} is {options.Durability}, but the engine {options.Engine} has no replicas.");
        }

        if (options.MaxStoredBytes is < 1024 or > 64 * 1024 * 1024)
        {
            faults.Add($"{nameof(SessionOptions.MaxStoredBytes)} must be 1024 to 67108864, but is {options.MaxStoredBytes}.");
        }

        if (options.MaxSessions < 100)
        {
            faults.Add($"{nameof(SessionOptions.MaxSessions)} must be 100 or more, but is {options.MaxSessions}.");
        }
    }

    private static void CheckEnum<TEnum>(string name, TEnum value, List<string> faults)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            faults.Add($"{name} must be one of {string.Join(", ", Enum.GetNames<TEnum>())}, but is {value}.");
        }
    }

    private static void CheckCookie(SessionOptions options, List<string> faults)
    {
        var (name, path, domain) = (options.CookieName ?? "", options.CookiePath ?? "", options.CookieDomain);
        var isHost = name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase);
        var isPrefixed = isHost || name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase);

        if (name.Length == 0 || !name.All(static letter => char.IsAsciiLetterOrDigit(letter) || TokenSymbols.Contains(letter, StringComparison.Ordinal)))
        {
            faults.Add($"{nameof(SessionOptions.CookieName)} must be letters, digits and {TokenSymbols}, but is '{name}'.");
        }

        if (!path.StartsWith('/') || !path.All(static letter => letter is > ' ' and < '\x7f' and not ';' and not ','))
        {
            faults.Add($"{nameof(SessionOptions.CookiePath)} must begin with '/' and have no space, ';' or ',', but is '{path}'.");
        }

        if (domain is not null && (domain.Length == 0 || !domain.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-')))
        {
            faults.Add($"{nameof(SessionOptions.CookieDomain)} must be a host name, but is '{domain}'.");
        }

        if (isPrefixed && options.CookieSecure == SessionCookieSecure.Never)
        {
            faults.Add($"{nameof(SessionOptions.CookieSecure)} is Never, but browsers refuse a cookie named '{name}' that is not secure.");
        }

        if (isHost && domain is not null)
        {
            faults.Add($"{nameof(SessionOptions.CookieDomain)} is '{domain}', but browsers refuse a cookie named '{name}' that has a domain.");
        }

        if (isHost && path != "/")
        {
            faults.Add($"{nameof(SessionOptions.CookiePath)} is '{path}', but browsers refuse a cookie named '{name}' with a path other than '/'.");
        }

        if (options is { CookieSameSite: SameSiteMode.None, CookieSecure: SessionCookieSecure.Never })
        {
            faults.Add($"{nameof(SessionOptions.CookieSameSite)} is None, but browsers refuse such a cookie when {nameof(SessionOptions.CookieSecure)} is Never.");
        }
    }

    private static void CheckTimes(SessionOptions options, List<string> faults)
    {
        if (options.CookieMaxAge < 1)
        {
            faults.Add($"{nameof(SessionOptions.CookieMaxAge)} must be one second or more, but is {options.CookieMaxAge}.");
        }

        if (options.IdleTimeout < TimeSpan.FromSeconds(1))
        {
            faults.Add($"{nameof(SessionOptions.IdleTimeout)} must be one second or more, but is {options.IdleTimeout}.");
        }

        if (options.AbsoluteTimeout < TimeSpan.FromSeconds(1))
        {
            faults.Add($"{nameof(SessionOptions.AbsoluteTimeout)} must be one second or more, but is {options.AbsoluteTimeout}.");
        }

        if (options.IdleTimeout > options.AbsoluteTimeout)
        {
            faults.Add($"{nameof(SessionOptions.IdleTimeout)} ({options.IdleTimeout}) must not be longer than {nameof(SessionOptions.AbsoluteTimeout)} ({options.AbsoluteTimeout}).");
        }

        if (options.StoreTimeout <= TimeSpan.Zero || options.StoreTimeout.TotalMilliseconds > int.MaxValue)
        {
            faults.Add($"{nameof(SessionOptions.StoreTimeout)} must be more than zero and less than 24 days, but is {options.StoreTimeout}.");
        }
    }
}
