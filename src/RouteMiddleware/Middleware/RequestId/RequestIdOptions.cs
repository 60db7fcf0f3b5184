using System.Buffers;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.RequestId;

/// <summary>Where a request's id comes from and how it is sent back.</summary>
public sealed class RequestIdOptions
{
    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The header that is read and sent. Default: <c>X-Request-ID</c>.</summary>
    public string HeaderName { get; set; } = "X-Request-ID";

    /// <summary>Whether an id that the caller sends is taken. Default: <see langword="true"/>. Only a harmless one is: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public bool TrustIncoming { get; set; } = true;

    /// <summary>The longest id taken from a caller, in characters. Default: 128; 1 to 1024.</summary>
    [Range(1, 1024)]
    public int MaxLength { get; set; } = 128;

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (string.IsNullOrEmpty(HeaderName) || HeaderName.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            faults.Add($"{nameof(HeaderName)} must be the name of a header (letters, digits and '-'), but is '{HeaderName}'.");
        }
        else if (MessageHeaders.Contain(HeaderName))
        {
            faults.Add($"{nameof(HeaderName)} can't be '{HeaderName}', which tells of the message itself.");
        }

        if (MaxLength is < 1 or > 1024)
        {
            faults.Add($"{nameof(MaxLength)} must be 1 to 1024, but is {MaxLength}.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(RequestIdOptions), faults);
        }
    }
}
