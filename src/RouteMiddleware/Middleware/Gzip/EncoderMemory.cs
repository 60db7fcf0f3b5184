namespace RouteMiddleware.Middleware.Gzip;

/// <summary>
/// The memory of the encoders at work. Each needs some hundred kilobytes until its answer is out, and slow readers keep it: beyond the bound answers go out as they are.
/// </summary>
internal sealed class EncoderMemory(long limit = 256 * 1024 * 1024)
{
    // Measured, with what the runtime adds.
    private const long GzipBytes = 384 * 1024;
    private const long BrotliBytes = 1536 * 1024;

    private long _used;

    public long Used => Volatile.Read(ref _used);

    /// <summary>Takes the memory for an encoder, where it has to be for a smaller one than asked for, or for none.</summary>
    /// <param name="wanted">What the client likes best.</param>
    /// <param name="isGzipTaken">Whether gzip would do.</param>
    public ContentCoding Take(ContentCoding wanted, bool isGzipTaken)
    {
        // Half of it is kept for the encoder that needs less.
        if (wanted is ContentCoding.Brotli)
        {
            if (TryTake(BrotliBytes, limit / 2))
            {
                return ContentCoding.Brotli;
            }

            wanted = isGzipTaken ? ContentCoding.Gzip : ContentCoding.Identity;
        }

        return wanted is ContentCoding.Gzip && TryTake(GzipBytes, limit) ? ContentCoding.Gzip : ContentCoding.Identity;
    }

    public void Return(ContentCoding coding) => Interlocked.Add(ref _used, coding is ContentCoding.Brotli ? -BrotliBytes : -GzipBytes);

    private bool TryTake(long bytes, long upTo)
    {
        if (Interlocked.Add(ref _used, bytes) <= upTo)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }
}
