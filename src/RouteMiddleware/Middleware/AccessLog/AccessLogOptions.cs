using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>Where the lines go, and what must not be in them.</summary>
public sealed class AccessLogOptions
{
    internal const long SmallestFile = 64 * 1024;
    internal const int SmallestBuffer = 64 * 1024;
    internal const int LargestBuffer = 512 * 1024 * 1024;

    /// <summary>
    /// The file that lines are appended to, from the content root; its folder is made. Entries with the same file share one writer. Default: <see langword="null"/>,
    /// the logger <see cref="LoggerName"/>.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>The logger for the lines where there is no <see cref="Path"/>. Default: <c>access</c>.</summary>
    public string LoggerName { get; set; } = "access";

    /// <summary>The size at which a file is put aside as <c>….1</c>, in bytes. Default: 104857600 (100 MiB); at least 65536, or 0 for never.</summary>
    [Range(0d, long.MaxValue)]
    public long MaxFileSize { get; set; } = 100 * 1024 * 1024;

    /// <summary>How many files are kept, the one being written included. Default: 10; 1 to 1000.</summary>
    [Range(1, 1000)]
    public int MaxFiles { get; set; } = 10;

    /// <summary>How long a line may wait in memory. Default: 1 second; 10 milliseconds to 1 minute.</summary>
    [DurationRange("10ms", "1m")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How much may wait in memory while the disk does not follow, in bytes; lines beyond are dropped and counted. Default: 16777216 (16 MiB); 65536 to 536870912.</summary>
    [Range(SmallestBuffer, LargestBuffer)]
    public int BufferSize { get; set; } = 16 * 1024 * 1024;

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

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (Path is not null && (string.IsNullOrWhiteSpace(Path) || Path.EndsWith('/') || Path.Contains('\0', StringComparison.Ordinal)))
        {
            faults.Add($"{nameof(Path)} must be the path of a file, but is '{Path}'.");
        }

        if (string.IsNullOrWhiteSpace(LoggerName))
        {
            faults.Add($"{nameof(LoggerName)} must be a name, but is '{LoggerName}'.");
        }

        if (MaxFileSize is not 0 and < SmallestFile)
        {
            faults.Add($"{nameof(MaxFileSize)} must be at least {SmallestFile} bytes, or 0 for never, but is {MaxFileSize}.");
        }

        if (MaxFiles is < 1 or > 1000)
        {
            faults.Add($"{nameof(MaxFiles)} must be 1 to 1000, but is {MaxFiles}.");
        }

        if (FlushInterval < TimeSpan.FromMilliseconds(10) || FlushInterval > TimeSpan.FromMinutes(1))
        {
            faults.Add($"{nameof(FlushInterval)} must be 10 milliseconds to 1 minute, but is {FlushInterval}.");
        }

        if (BufferSize is < SmallestBuffer or > LargestBuffer)
        {
            faults.Add($"{nameof(BufferSize)} must be {SmallestBuffer} to {LargestBuffer} bytes, but is {BufferSize}.");
        }

        if (SensitiveQueryKeys?.All(SensitiveNames.IsEntry) is not true)
        {
            faults.Add($"{nameof(SensitiveQueryKeys)} must be a list of names with letters or digits.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AccessLogOptions), faults);
        }
    }
}
