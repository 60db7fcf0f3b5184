using System.Globalization;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class SizedOptions : IAcceptArgument
{
    public int Size { get; set; } = 1;

    public string Text { get; set; } = "class";

    public void ApplyArgument(string argument)
        => Size = int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw new FormatException($"'{argument}' is no size.");

    internal void ThrowIfInvalid()
    {
        if (Size < 1)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SizedOptions), [$"{nameof(Size)} must be 1 or more, but is {Size}."]);
        }
    }
}
