using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>Which origins are allowed, and the answer that each of them gets.</summary>
internal sealed class OriginRules(bool isAny, IEnumerable<string> listed, OriginPattern[] patterns, Regex? regex, Func<string, CorsAnswer> answerTo)
{
    private readonly FrozenDictionary<string, CorsAnswer> _listed
        = listed.Distinct(StringComparer.Ordinal).ToFrozenDictionary(static origin => origin, answerTo, StringComparer.OrdinalIgnoreCase);

    /// <summary>The answer to an allowed origin; <see langword="null"/> where it is not.</summary>
    public CorsAnswer? Find(string origin)
        => _listed.TryGetValue(origin, out var answer) ? answer
            : isAny ? answerTo("*")
            : patterns.Length > 0 || regex is not null ? FindUnlisted(origin)
            : null;

    /// <summary>Whether a service of the application may be asked about an origin: well-formed ones, and <c>null</c> where the options name it.</summary>
    public bool MayAskAbout(string origin) => _listed.ContainsKey(origin) || OriginText.IsOrigin(origin);

    /// <summary>The answer to an origin that a service of the application allows.</summary>
    public CorsAnswer AnswerTo(string origin) => Find(origin) ?? answerTo(origin.ToLowerInvariant());

    private CorsAnswer? FindUnlisted(string origin)
    {
        // What is no origin is never compared: nothing of it may come back in a header.
        if (!OriginText.IsOrigin(origin))
        {
            return null;
        }

        origin = origin.ToLowerInvariant();
        return Array.Exists(patterns, pattern => pattern.Matches(origin)) || IsMatch(regex, origin) ? answerTo(origin) : null;
    }

    public static bool IsMatch(Regex? regex, string origin)
    {
        try
        {
            return regex?.IsMatch(origin) == true;
        }
        catch (RegexMatchTimeoutException)
        {
            // Who can't be found out in time is not allowed.
            return false;
        }
    }
}
