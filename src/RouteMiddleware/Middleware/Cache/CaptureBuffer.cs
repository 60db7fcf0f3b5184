using System.Security.Cryptography;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>A body on its way: written at one end, sent from the other, and kept where it is to be stored.</summary>
internal sealed class CaptureBuffer
{
    private const int FirstSize = 1024;
    private const int LargestSize = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly List<Piece> _pieces = [];
    private int _sentPieces;
    private int _sentOfNext;
    private long _unsent;
    private bool _isKept = true;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    public long Unsent
    {
        get
        {
            lock (_lock)
            {
                return _unsent;
            }
        }
    }

    public Memory<byte> GetMemory(int sizeHint)
    {
        lock (_lock)
        {
            var last = _pieces.Count > 0 ? _pieces[^1] : null;

            if (last is null || last.Bytes.Length - last.Used < Math.Max(1, sizeHint))
            {
                last = new(new byte[Math.Max(sizeHint, Math.Clamp((last?.Bytes.Length ?? 0) * 2, FirstSize, LargestSize))]);
                _pieces.Add(last);
            }

            return last.Bytes.AsMemory(last.Used);
        }
    }

    public void Advance(int count)
    {
        lock (_lock)
        {
            if (count > 0)
            {
                _pieces[^1].Used += count;
            }

            Length += count;
            _unsent += count;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var memory = GetMemory(1).Span;
            var count = Math.Min(memory.Length, bytes.Length);
            bytes[..count].CopyTo(memory);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes what comes next of the bytes that were not sent yet.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            while (_sentPieces < _pieces.Count)
            {
                var piece = _pieces[_sentPieces];
                bytes = piece.Bytes.AsMemory(_sentOfNext, piece.Used - _sentOfNext);
                _sentOfNext = piece.Used;
                _unsent -= bytes.Length;

                if (!bytes.IsEmpty)
                {
                    return true;
                }

                if (_sentPieces == _pieces.Count - 1)
                {
                    return false;
                }

                _sentPieces++;
                _sentOfNext = 0;
                DropSent();
            }

            bytes = default;
            return false;
        }
    }

    /// <summary>Takes back what was written, as nothing of it was sent.</summary>
    public void Empty()
    {
        lock (_lock)
        {
            _pieces.Clear();
            (_sentPieces, _sentOfNext, _unsent) = (0, 0, 0);
            Length = 0;
        }
    }

    /// <summary>The body will not be stored: what is sent is let go.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _isKept = false;
            DropSent();
        }
    }

    public ReadOnlyMemory<byte>[] ToArrays()
    {
        lock (_lock)
        {
            return [.. _pieces.Where(static piece => piece.Used > 0).Select(static piece => (ReadOnlyMemory<byte>)(piece.Used == piece.Bytes.Length ? piece.Bytes : piece.Bytes[..piece.Used]))];
        }
    }

    public string MakeETag()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        lock (_lock)
        {
            foreach (var piece in _pieces)
            {
                hash.AppendData(piece.Bytes.AsSpan(0, piece.Used));
            }
        }

        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}\"";
    }

    private void DropSent()
    {
        if (!_isKept && _sentPieces > 0)
        {
            _pieces.RemoveRange(0, _sentPieces);
            _sentPieces = 0;
        }
    }

    private sealed class Piece(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Used { get; set; }
    }
}
