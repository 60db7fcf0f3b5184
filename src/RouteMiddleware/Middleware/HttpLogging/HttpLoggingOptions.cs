using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.HttpLogging;

/// <summary>What of a request and its answer is logged.</summary>
public sealed class HttpLoggingOptions
{
    /// <summary>The parts that are logged, by the names of <see cref="HttpLoggingFields"/>. Default: <c>RequestPropertiesAndHeaders</c>, <c>ResponsePropertiesAndHeaders</c>; at least one.</summary>
    public IList<HttpLoggingFields> LoggingFields { get; set; } = new List<HttpLoggingFields> { HttpLoggingFields.RequestPropertiesAndHeaders, HttpLoggingFields.ResponsePropertiesAndHeaders };

    /// <summary>Request headers whose values are logged besides the harmless ones of ASP.NET Core's list; those of all others are <c>[Redacted]</c>. Default: none.</summary>
    public IList<string> RequestHeaders { get; set; } = [];

    /// <summary>Response headers whose values are logged besides the harmless ones of ASP.NET Core's list. Default: none.</summary>
    public IList<string> ResponseHeaders { get; set; } = [];

    /// <summary>Media types whose bodies are text that may be logged, besides JSON, XML and <c>text/*</c>. Default: none.</summary>
    public IList<string> MediaTypes { get; set; } = [];

    /// <summary>How much of a request's body is logged, in bytes. Default: 32768; 0 or more.</summary>
    [Range(0, int.MaxValue)]
    public int RequestBodyLogLimit { get; set; } = 32 * 1024;

    /// <summary>How much of an answer's body is logged, in bytes. Default: 32768; 0 or more.</summary>
    [Range(0, int.MaxValue)]
    public int ResponseBodyLogLimit { get; set; } = 32 * 1024;

    /// <summary>Whether request and answer are one line, written at the end. Default: <see langword="false"/>.</summary>
    public bool CombineLogs { get; set; }

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (!LoggingFields.Any(static field => field != HttpLoggingFields.None))
        {
            faults.Add($"{nameof(LoggingFields)} must name at least one part, but names none.");
        }

        foreach (var (name, limit) in ((string, int)[])[(nameof(RequestBodyLogLimit), RequestBodyLogLimit), (nameof(ResponseBodyLogLimit), ResponseBodyLogLimit)])
        {
            if (limit < 0)
            {
                faults.Add($"{name} must be 0 or more bytes, but is {limit}.");
            }
        }

        foreach (var mediaType in MediaTypes.Where(static text => !Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(text, out _)))
        {
            faults.Add($"{nameof(MediaTypes)} names '{mediaType}', which is no media type.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(HttpLoggingOptions), faults);
        }
    }
}
