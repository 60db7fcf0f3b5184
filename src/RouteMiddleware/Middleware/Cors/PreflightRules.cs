using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>What a preflight may ask for, and the headers that tell so, worked out beforehand.</summary>
internal sealed class PreflightRules
{
    public const string Any = "*";

    // The longest text that is read at all: browsers ask for a few names.
    private const int MaxLength = 1024;
    private const int MaxMethodLength = 32;

    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly StringValues True = "true";

    private readonly FrozenSet<string>? _methods;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>>? _headers;
    private readonly StringValues _methodsText;
    private readonly StringValues _headersText;
    private readonly StringValues _maxAge;
    private readonly bool _allowsPrivateNetwork;

    public PreflightRules(CorsOptions options)
    {
        // Methods are compared with their case, as browsers do; those that browsers write in capitals may be written otherwise here.
        string[] methods = [.. options.AllowMethods.Select(Canonical).Distinct(StringComparer.Ordinal)];
        string[] headers = [.. options.AllowHeaders.Distinct(StringComparer.OrdinalIgnoreCase)];

        if (methods.Contains(Any, StringComparer.Ordinal))
        {
            // With credentials browsers take '*' for a name like any other: then the names themselves are told, once they were checked.
            _methodsText = options.AllowCredentials ? default : Any;
        }
        else
        {
            _methods = methods.ToFrozenSet(StringComparer.Ordinal);
            _methodsText = string.Join(", ", methods);
        }

        if (headers.Contains(Any, StringComparer.Ordinal))
        {
            // 'Authorization' is the one name that '*' does not cover.
            _headersText = options.AllowCredentials ? default : string.Join(", ", headers.Append("Authorization").Distinct(StringComparer.OrdinalIgnoreCase));
        }
        else
        {
            _headers = headers.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
            _headersText = headers.Length > 0 ? string.Join(", ", headers) : default(StringValues);
        }

        _maxAge = options.MaxAge.ToString(CultureInfo.InvariantCulture);
        _allowsPrivateNetwork = options.AllowPrivateNetwork;
    }

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenLetters);

    /// <summary>Whether a request is a preflight: by the headers that the Fetch standard makes browsers send.</summary>
    public static bool IsPreflight(HttpRequest request)
        => HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0 && request.Headers.Origin.Count > 0;

    /// <summary>Why a preflight is denied; <see langword="null"/> where what it asks for is allowed.</summary>
    public string? FindFault(IHeaderDictionary request)
    {
        if (request.AccessControlRequestMethod is not [{ Length: <= MaxMethodLength } method] || !IsToken(method) || _methods?.Contains(method) == false)
        {
            return "method";
        }

        var names = request.AccessControlRequestHeaders;
        var length = 0;

        foreach (var line in names)
        {
            length += line?.Length ?? 0;
        }

        if (length > MaxLength)
        {
            return "size";
        }

        foreach (var line in names)
        {
            if (!string.IsNullOrEmpty(line) && !AreAllowed(line))
            {
                return "headers";
            }
        }

        return null;
    }

    /// <summary>Tells what is allowed.</summary>
    public void ApplyTo(IHeaderDictionary response, IHeaderDictionary request)
    {
        // Both texts were checked to be names.
        response.AccessControlAllowMethods = _methodsText.Count > 0 ? _methodsText : request.AccessControlRequestMethod;
        response.AccessControlAllowHeaders = _headersText.Count > 0 || _headers is not null ? _headersText : Names(request.AccessControlRequestHeaders);
        response.AccessControlMaxAge = _maxAge;

        if (_allowsPrivateNetwork && request["Access-Control-Request-Private-Network"] is ["true"])
        {
            response["Access-Control-Allow-Private-Network"] = True;
        }
    }

    private static StringValues Names(StringValues asked)
        => asked.Count == 0 ? default : string.Join(", ", asked.SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries)).Where(static name => name.Length > 0));

    private static string Canonical(string method)
        => HttpMethods.GetCanonicalizedValue(method);

    private bool AreAllowed(string line)
    {
        var text = line.AsSpan();

        foreach (var part in text.Split(','))
        {
            var name = text[part].Trim(" \t");

            if (!IsToken(name) || _headers?.Contains(name) == false)
            {
                return false;
            }
        }

        return true;
    }
}
