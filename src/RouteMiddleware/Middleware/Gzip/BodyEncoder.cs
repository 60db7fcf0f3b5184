namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Compresses one answer.</summary>
internal abstract class BodyEncoder(EncodedOutput output) : IDisposable
{
    public EncodedOutput Output => output;

    public abstract ContentCoding Coding { get; }

    public abstract void Write(ReadOnlySpan<byte> data);

    /// <summary>Gives out all that was written so far, so that the client can read it.</summary>
    public abstract void Flush();

    /// <summary>Writes the end.</summary>
    public abstract void Finish();

    /// <summary>Gives its memory back, and writes nothing.</summary>
    public abstract void Dispose();
}
