using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.HttpsRedirection;

/// <summary>How callers are sent to https.</summary>
public sealed class HttpsRedirectionOptions
{
    /// <summary>The status of the redirect. Default: 307; 301, 302, 307 or 308.</summary>
    [AllowedValues(301, 302, 307, 308)]
    public int StatusCode { get; set; } = StatusCodes.Status307TemporaryRedirect;

    /// <summary>
    /// The port to send to; 443 is left out of the address. Default: <see langword="null"/>, the <c>https_port</c> or <c>HTTPS_PORTS</c> of the configuration, or else
    /// the https port on which the server listens; 1 to 65535.
    /// </summary>
    [Range(1, ushort.MaxValue)]
    public int? HttpsPort { get; set; }

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (StatusCode is not (StatusCodes.Status301MovedPermanently or StatusCodes.Status302Found or StatusCodes.Status307TemporaryRedirect or StatusCodes.Status308PermanentRedirect))
        {
            faults.Add($"{nameof(StatusCode)} must be 301, 302, 307 or 308, but is {StatusCode}.");
        }

        if (HttpsPort is < 1 or > ushort.MaxValue)
        {
            faults.Add($"{nameof(HttpsPort)} must be 1 to 65535, but is {HttpsPort}.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(HttpsRedirectionOptions), faults);
        }
    }
}
