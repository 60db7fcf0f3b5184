using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>What is logged of each request, and what is not.</summary>
public sealed class LoggingOptions
{
    internal const int LargestBodyLimit = 64 * 1024;

    /// <summary>Whether a line <c>→ POST /path</c> is written when a request comes. Default: <see langword="true"/>.</summary>
    public bool LogRequests { get; set; } = true;

    /// <summary>Whether a line <c>← 200 (0.234s)</c> is written when it is answered. Default: <see langword="true"/>.</summary>
    public bool LogResponses { get; set; } = true;

    /// <summary>
    /// Whether an exception that passes is a line <c>✗ POST /path</c> with its type and status, a warning. Without message and stack: those belong to who handles it.
    /// Default: <see langword="true"/>.
    /// </summary>
    public bool LogErrors { get; set; } = true;

    /// <summary>Whether the lines hold the headers too, each value up to 1024 characters. Default: <see langword="false"/>.</summary>
    public bool LogHeaders { get; set; }

    /// <summary>
    /// Whether the beginning of a request's body is logged, as far as the handler read it: JSON, forms, XML and text, not compressed. Default: <see langword="false"/>.
    /// </summary>
    public bool LogBody { get; set; }

    /// <summary>How much of a body is logged, in bytes. Default: 200; 1 to 65536.</summary>
    [Range(1, LargestBodyLimit)]
    public int BodyLimit { get; set; } = 200;

    /// <summary>Methods whose bodies are logged; <c>*</c> is any. Default: <c>POST</c>, <c>PUT</c>, <c>PATCH</c>.</summary>
    public IList<string> BodyMethods { get; set; } = ["POST", "PUT", "PATCH"];

    /// <summary>
    /// Headers whose values are masked; <c>*</c> is any. Default: <c>Authorization</c>, <c>Cookie</c>, <c>Set-Cookie</c>, <c>X-Api-Key</c>. Masked in any case are names that hold
    /// <c>token</c>, <c>secret</c>, <c>password</c>, <c>api-key</c>, <c>credential</c>, <c>session</c> or <c>signature</c>.
    /// </summary>
    public IList<string> SensitiveHeaders { get; set; } = ["Authorization", "Cookie", "Set-Cookie", "X-Api-Key"];

    /// <summary>
    /// Query keys whose values are masked; <c>*</c> is any; letters and digits count, in any case, and a name of five or more is found in longer ones too (<c>csrf_token</c>).
    /// Default: <c>token</c>, <c>access_token</c>, <c>code</c>, <c>password</c>, <c>pwd</c>, <c>secret</c>, <c>api_key</c>, <c>key</c>, <c>signature</c>, <c>sig</c>,
    /// <c>auth</c>, <c>authorization</c>, <c>credential</c>, <c>session</c>, <c>sid</c>, <c>jwt</c>, <c>otp</c>, <c>pin</c>, <c>passwd</c>.
    /// </summary>
    public IList<string> SensitiveQueryKeys { get; set; } =
    [
        "token", "access_token", "code", "password", "pwd", "secret", "api_key", "key", "signature", "sig",
        "auth", "authorization", "credential", "session", "sid", "jwt", "otp", "pin", "passwd",
    ];

    /// <summary>
    /// Fields of JSON, form, XML and text bodies whose values are masked, compared as <see cref="SensitiveQueryKeys"/>. Default: <c>password</c>, <c>passwd</c>, <c>pwd</c>,
    /// <c>secret</c>, <c>token</c>, <c>api_key</c>, <c>private_key</c>, <c>authorization</c>, <c>credential</c>, <c>session</c>, <c>jwt</c>, <c>otp</c>, <c>pin</c>,
    /// <c>ssn</c>, <c>credit_card</c>, <c>card_number</c>, <c>cvv</c>, <c>cvc</c>.
    /// </summary>
    public IList<string> SensitiveFields { get; set; } =
    [
        "password", "passwd", "pwd", "secret", "token", "api_key", "private_key", "authorization", "credential", "session", "jwt", "otp", "pin",
        "ssn", "credit_card", "card_number", "cvv", "cvc",
    ];

    /// <summary>The logger's name. Default: <c>RouteMiddleware.Requests</c>.</summary>
    public string LoggerName { get; set; } = "RouteMiddleware.Requests";

    /// <summary>An answer that takes this long or longer is a warning. Default: <see langword="null"/>, none; more than zero.</summary>
    [DurationRange("0s", MinimumIsExclusive = true)]
    public TimeSpan? SlowThreshold { get; set; }

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (BodyLimit is < 1 or > LargestBodyLimit)
        {
            faults.Add($"{nameof(BodyLimit)} must be 1 to {LargestBodyLimit} bytes, but is {BodyLimit}.");
        }

        RefuseBlanks(nameof(BodyMethods), BodyMethods, faults);
        RefuseBlanks(nameof(SensitiveHeaders), SensitiveHeaders, faults);
        RefuseBlanks(nameof(SensitiveQueryKeys), SensitiveQueryKeys, faults);
        RefuseBlanks(nameof(SensitiveFields), SensitiveFields, faults);

        if (string.IsNullOrWhiteSpace(LoggerName))
        {
            faults.Add($"{nameof(LoggerName)} must be a name, but is '{LoggerName}'.");
        }

        if (SlowThreshold <= TimeSpan.Zero)
        {
            faults.Add($"{nameof(SlowThreshold)} must be more than zero, but is {SlowThreshold}.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(LoggingOptions), faults);
        }
    }

    private static void RefuseBlanks(string property, IList<string>? names, List<string> faults)
    {
        if (names is null)
        {
            faults.Add($"{property} must be a list, but is missing.");
        }
        else if (names.Where(static name => !SensitiveNames.IsEntry(name)).ToArray() is [var blank, ..])
        {
            faults.Add($"{property} must hold names with letters or digits, but holds '{blank}'.");
        }
    }
}
