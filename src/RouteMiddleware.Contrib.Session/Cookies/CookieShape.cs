using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Contrib.Session.Cookies;

/// <summary>Writes the session's cookie, and its deletion with the very same path, domain and flags.</summary>
internal sealed class CookieShape
{
    // As long as any that this class writes: the size is checked before the exact age is known.
    private const string LongestAge = "; max-age=9223372036854775807";

    private readonly string _start;
    private readonly string _plain;
    private readonly string _secure;
    private readonly bool? _alwaysSecure;

    /// <param name="name">The cookie's name.</param>
    /// <param name="path">Its path.</param>
    /// <param name="domain">Its domain; none for the answering host alone.</param>
    /// <param name="httpOnly">Whether scripts are kept from it.</param>
    /// <param name="sameSite">Which requests of other sites carry it.</param>
    /// <param name="secure">Whether it goes over https only; <see langword="null"/>: as the request came.</param>
    public CookieShape(string name, string path, string? domain, bool httpOnly, SameSiteMode sameSite, bool? secure)
    {
        Name = name;
        NeedsHttps = name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase);
        _alwaysSecure = secure;
        _start = $"{name}=";

        var place = $"{(domain is null ? "" : $"; domain={domain}")}; path={path}";
        var flags = $"{SameSiteText(sameSite)}{(httpOnly ? "; httponly" : "")}";
        _plain = place + flags;
        _secure = place + "; secure" + flags;
    }

    public string Name { get; }

    /// <summary>Whether browsers take a cookie of this name over https only.</summary>
    public bool NeedsHttps { get; }

    /// <summary>The most that name and attributes add to the value.</summary>
    public int Overhead => _start.Length + LongestAge.Length + _secure.Length;

    public bool IsSame(CookieShape other)
        => string.Equals(Name, other.Name, StringComparison.Ordinal) && string.Equals(_secure, other._secure, StringComparison.Ordinal);

    public string Set(string value, TimeSpan? age, bool https)
        => age is { } span
            ? string.Create(CultureInfo.InvariantCulture, $"{_start}{value}; max-age={Math.Max(1, (long)Math.Ceiling(span.TotalSeconds))}{Attributes(https)}")
            : $"{_start}{value}{Attributes(https)}";

    public string Delete(bool https) => $"{_start}; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=0{Attributes(https)}";

    private string Attributes(bool https) => _alwaysSecure ?? https ? _secure : _plain;

    private static string SameSiteText(SameSiteMode mode) => mode switch
    {
        SameSiteMode.None => "; samesite=none",
        SameSiteMode.Lax => "; samesite=lax",
        SameSiteMode.Strict => "; samesite=strict",
        _ => "",
    };
}
