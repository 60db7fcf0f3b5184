using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>How large a request's body may be.</summary>
[ArgumentFormat(@"\d+\s*(([kKmMgG][iI]?)?[bB])?", "1mb")]
public sealed class BodyLimitOptions : IAcceptArgument
{
    /// <summary>The largest body that is let pass, in bytes. Default: 10485760, 10 MiB; 0 or more, and 0 refuses every body.</summary>
    [Range(0d, long.MaxValue)]
    public long MaxBytes { get; set; } = 10 * 1024 * 1024;

    void IAcceptArgument.ApplyArgument(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);

        MaxBytes = ByteSize.TryParse(argument, out var bytes)
            ? bytes
            : throw new FormatException($"'{argument}' is no size: write a whole number with b, kb, mb or gb behind it, such as 512kb or 1mb.");
    }

    /// <summary>Checks the value.</summary>
    /// <exception cref="OptionsValidationException">It is out of its range.</exception>
    internal void Check()
    {
        if (MaxBytes < 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(BodyLimitOptions), [$"{nameof(MaxBytes)} ({MaxBytes}) must be 0 or more bytes."]);
        }
    }
}
