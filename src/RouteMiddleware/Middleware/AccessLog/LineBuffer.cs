namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>Whole lines behind each other, in memory that grows up to a limit and is used again.</summary>
internal sealed class LineBuffer
{
    private const int Smallest = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public int Lines { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, Length);

    public bool TryAdd(ReadOnlySpan<byte> line, int limit)
    {
        var needed = _end + line.Length;

        if (needed > limit)
        {
            return false;
        }

        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Min(limit, Math.Max(Math.Max(Smallest, needed), 2 * _bytes.Length)));
        }

        line.CopyTo(_bytes.AsSpan(_end));
        _end = needed;
        Lines++;
        return true;
    }

    /// <summary>Takes off whole lines from the beginning.</summary>
    public void Remove(int length)
    {
        Lines -= Bytes[..length].Count((byte)'\n');
        _start += length;

        if (_start == _end)
        {
            _start = _end = 0;
        }
    }
}
