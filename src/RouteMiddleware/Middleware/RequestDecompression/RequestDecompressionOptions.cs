using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.RequestDecompression;

/// <summary>Which compressed request bodies are unpacked.</summary>
public sealed class RequestDecompressionOptions
{
    /// <summary>The values of <c>Content-Encoding</c> that are unpacked. Default: <c>br</c>, <c>deflate</c>, <c>gzip</c>; at least one of these.</summary>
    public IList<string> Encodings { get; set; } = ["br", "deflate", "gzip"];

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (Encodings.Count == 0)
        {
            faults.Add($"{nameof(Encodings)} must name at least one of br, deflate and gzip, but is empty.");
        }

        foreach (var encoding in Encodings.Where(static encoding => !PackedBody.Knows(encoding)))
        {
            faults.Add($"{nameof(Encodings)} must name br, deflate or gzip, but names '{encoding}'.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(RequestDecompressionOptions), faults);
        }
    }
}
