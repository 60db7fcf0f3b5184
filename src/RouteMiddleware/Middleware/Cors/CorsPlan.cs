using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>The options, checked and worked out once.</summary>
internal sealed class CorsPlan
{
    private const string AnyOrigin = "*";

    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    private readonly StringValues _credentials;
    private readonly StringValues _exposed;
    private readonly CorsAnswer _toAll;

    public CorsPlan(CorsOptions options, bool isVariable)
    {
        List<string> faults = [];
        var (listed, patterns) = ReadOrigins(options, faults);
        var regex = ReadRegex(options, faults);
        CheckNames(nameof(options.AllowMethods), options.AllowMethods, faults);
        CheckNames(nameof(options.AllowHeaders), options.AllowHeaders, faults);
        CheckNames(nameof(options.ExposeHeaders), options.ExposeHeaders, faults);

        if (options.AllowCredentials && options.ExposeHeaders.Contains(AnyOrigin))
        {
            faults.Add($"{nameof(options.ExposeHeaders)} has '*', which browsers take for a header's name together with {nameof(options.AllowCredentials)}; list the names.");
        }

        if (options.MaxAge < 0)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{nameof(options.MaxAge)} ({options.MaxAge}) must be 0 or more seconds."));
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(CorsOptions), faults);
        }

        _credentials = options.AllowCredentials ? "true" : default(StringValues);
        _exposed = options.ExposeHeaders.Count > 0 ? string.Join(", ", options.ExposeHeaders.Distinct(StringComparer.OrdinalIgnoreCase)) : default(StringValues);
        IsAny = options.AllowOrigins.Contains(AnyOrigin);
        _toAll = new(AnyOrigin, default, _exposed, isVariable);
        ToAll = isVariable || !IsAny ? null : _toAll;
        Origins = new(IsAny, IsAny ? [] : listed, patterns, regex, AnswerTo);
        Preflights = new(options);
        Policy = MakePolicy(options, listed);
    }

    /// <summary>The one answer that everybody gets; <see langword="null"/> where it depends on the origin.</summary>
    public CorsAnswer? ToAll { get; }

    /// <summary>The answer to origins that are not allowed, and to requests without one.</summary>
    public CorsAnswer Denied { get; } = new(default, default, default, varies: true);

    public OriginRules Origins { get; }

    public PreflightRules Preflights { get; }

    /// <summary>The same rules for a service of the application.</summary>
    public CorsPolicy Policy { get; }

    private bool IsAny { get; }

    private static (List<string> Listed, OriginPattern[] Patterns) ReadOrigins(CorsOptions options, List<string> faults)
    {
        const string property = nameof(options.AllowOrigins);
        List<string> listed = [];
        List<OriginPattern> patterns = [];

        foreach (var entry in options.AllowOrigins)
        {
            if (entry is AnyOrigin or OriginText.Null)
            {
                // Any page can be a page without an origin: it stands in a sandboxed frame.
                if (options.AllowCredentials)
                {
                    faults.Add($"{property} has '{entry}' together with {nameof(options.AllowCredentials)}: any page could act in its user's name. List the origins.");
                }

                if (options.RequireCorsOrSameOrigin && entry is AnyOrigin)
                {
                    faults.Add($"{property} has '*' together with {nameof(options.RequireCorsOrSameOrigin)}, which then refuses nobody. List the origins.");
                }

                listed.Add(entry);
                continue;
            }

            if (OriginText.ReadEntry(entry ?? "", out var origin) is { } fault)
            {
                faults.Add($"{property} has '{entry}', which {fault}.");
            }
            else if (!origin.Contains('*', StringComparison.Ordinal))
            {
                listed.Add(origin);
            }
            else
            {
                var pattern = new OriginPattern(origin);
                patterns.Add(pattern);

                if (options.AllowCredentials && pattern.IsWide)
                {
                    faults.Add($"{property} has '{entry}' together with {nameof(options.AllowCredentials)}: anybody can register such a name. Write the domain that is yours.");
                }
            }
        }

        return (listed, [.. patterns]);
    }

    private static Regex? ReadRegex(CorsOptions options, List<string> faults)
    {
        const string property = nameof(options.AllowOriginRegex);

        if (options.AllowOriginRegex is not { } text)
        {
            return null;
        }

        try
        {
            // Read by itself first: 'a)|(b' is complete only in brackets that are not its own.
            const RegexOptions kind = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
            _ = new Regex(text, kind, MatchLimit);
            var regex = new Regex($@"\A(?:{text})\z", kind, MatchLimit);

            if (options.AllowCredentials && OriginRules.IsMatch(regex, "https://x7q2k.zz9-nobody.invalid"))
            {
                faults.Add($"{property} ('{text}') matches any origin, which can't be together with {nameof(options.AllowCredentials)}. Write the domain that is yours.");
            }

            return regex;
        }
        catch (NotSupportedException)
        {
            faults.Add($"{property} ('{text}') has lookarounds, back-references or the like, for which there is no bound on the time. Write it without, or list the origins.");
        }
        catch (ArgumentException exception)
        {
            faults.Add($"{property} ('{text}') is no regular expression: {exception.Message}");
        }

        return null;
    }

    private static void CheckNames(string property, IList<string> names, List<string> faults)
        => faults.AddRange(names.Where(static name => !PreflightRules.IsToken(name)).Select(name => $"{property} has '{name}', which is no name (letters, digits and '-') and not '*'."));

    private CorsPolicy MakePolicy(CorsOptions options, IEnumerable<string> listed)
    {
        var policy = new CorsPolicy
        {
            IsOriginAllowed = origin => Origins.Find(origin) is not null,
            SupportsCredentials = options.AllowCredentials,
            PreflightMaxAge = TimeSpan.FromSeconds(options.MaxAge),
        };

        AddAll(listed, policy.Origins);
        AddAll(options.AllowMethods, policy.Methods);
        AddAll(options.AllowHeaders, policy.Headers);
        AddAll(options.ExposeHeaders, policy.ExposedHeaders);
        return policy;

        static void AddAll(IEnumerable<string> from, IList<string> to)
        {
            foreach (var item in from)
            {
                to.Add(item);
            }
        }
    }

    private CorsAnswer AnswerTo(string origin) => IsAny ? _toAll : new(origin, _credentials, _exposed, varies: true);
}
