using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Joins texts to a key that no other texts give: each has its length in front.</summary>
internal ref struct KeyWriter(Span<char> buffer)
{
    /// <summary>The longest key, in characters. A longer one is none.</summary>
    public const int MaxLength = 8192;

    private Span<char> _buffer = buffer;
    private char[]? _rented;
    private int _length;

    public bool IsTooLong { get; private set; }

    public readonly ReadOnlySpan<char> Key => _buffer[.._length];

    /// <summary>Begins a section. A letter of its own tells it from any other.</summary>
    public void AddMark(char mark)
    {
        if (Reserve(1))
        {
            _buffer[_length++] = mark;
        }
    }

    public void Add(ReadOnlySpan<char> text)
    {
        if (Reserve(text.Length + 1))
        {
            _buffer[_length] = (char)text.Length;
            text.CopyTo(_buffer[(_length + 1)..]);
            _length += text.Length + 1;
        }
    }

    public void Add(in StringValues values)
    {
        AddMark((char)Math.Min(values.Count, MaxLength));

        for (var i = 0; i < values.Count && !IsTooLong; i++)
        {
            Add(values[i]);
        }
    }

    /// <summary>Goes on where another key ends.</summary>
    public void AddKey(ReadOnlySpan<char> key)
    {
        if (Reserve(key.Length))
        {
            key.CopyTo(_buffer[_length..]);
            _length += key.Length;
        }
    }

    public void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private bool Reserve(int count)
    {
        IsTooLong |= count > MaxLength - _length;

        if (!IsTooLong && count > _buffer.Length - _length)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Min(MaxLength, Math.Max(_length + count, 2 * _buffer.Length)));
            Key.CopyTo(larger);
            Dispose();
            _rented = larger;
            _buffer = larger;
        }

        return !IsTooLong;
    }
}
