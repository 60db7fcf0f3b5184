using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Tokens found right before. Bounded in number and in size by two generations: when the young one is full it becomes the old one, and what the
/// old one held is forgotten unless it was used meanwhile.
/// </summary>
internal sealed class TokenCache
{
    public const int MaxTokenLength = 4 * 1024;
    public const int MaxTokens = 4 * 1024;
    public const int MaxCharacters = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    public int Count => _young.Count + _old.Count;

    public VerifiedToken? Find(ReadOnlySpan<char> token)
    {
        if (_young.TryFind(token, out _, out var verified))
        {
            return verified;
        }

        if (!_old.TryFind(token, out var text, out verified))
        {
            return null;
        }

        Add(text, verified);
        return verified;
    }

    public void Add(string token, VerifiedToken verified)
    {
        if (token.Length > MaxTokenLength)
        {
            return;
        }

        lock (_lock)
        {
            if (!_young.HasRoomFor(token))
            {
                _old = _young;
                _young = new Generation();
            }

            _young.Add(token, verified);
        }
    }

    private sealed class Generation
    {
        private readonly ConcurrentDictionary<string, VerifiedToken> _tokens;
        private readonly ConcurrentDictionary<string, VerifiedToken>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private int _characters;

        public Generation()
        {
            _tokens = new(TokenComparer.Instance);
            _lookup = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public int Count { get; private set; }

        public bool TryFind(ReadOnlySpan<char> token, [NotNullWhen(true)] out string? text, [NotNullWhen(true)] out VerifiedToken? verified)
            => _lookup.TryGetValue(token, out text, out verified);

        public bool HasRoomFor(string token) => Count < MaxTokens / 2 && _characters + token.Length <= MaxCharacters / 2;

        public void Add(string token, VerifiedToken verified)
        {
            if (_tokens.TryAdd(token, verified))
            {
                Count++;
                _characters += token.Length;
            }
        }
    }

    // The end of a signature is as random as a hash can be: hashing all of a token would cost more than finding it.
    private sealed class TokenComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
    {
        private const int HashedCharacters = 16;

        public static readonly TokenComparer Instance = new();

        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public bool Equals(ReadOnlySpan<char> alternate, string other) => alternate.SequenceEqual(other);

        public int GetHashCode(string obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<char> alternate) => string.GetHashCode(alternate[Math.Max(0, alternate.Length - HashedCharacters)..], StringComparison.Ordinal);

        public string Create(ReadOnlySpan<char> alternate) => alternate.ToString();
    }
}
