using System.Security.Cryptography;

namespace RouteMiddleware.Middleware.RequestId;

/// <summary>Makes ids of 128 random bits. The bits are fetched for many ids at once: asking the system for each costs more than the rest of the middleware.</summary>
internal sealed class RequestIdSource(RandomNumberGenerator random)
{
    private const int BytesPerId = 16;
    private const int IdsPerBlock = 256;

    private Block _block = new(random);

    public string Next()
    {
        while (true)
        {
            var block = Volatile.Read(ref _block);

            if (block.TryTake(out var id))
            {
                return id;
            }

            // Where several requests find the block used up, one new block takes its place and the others are dropped unused.
            Interlocked.CompareExchange(ref _block, new Block(random), block);
        }
    }

    private sealed class Block
    {
        private readonly byte[] _bytes = new byte[BytesPerId * IdsPerBlock];
        private int _taken;

        // A used block is never filled again: a slow reader would share its bytes with a fast one.
        public Block(RandomNumberGenerator random) => random.GetBytes(_bytes);

        public bool TryTake(out string id)
        {
            var end = Interlocked.Add(ref _taken, BytesPerId);

            if (end > _bytes.Length)
            {
                id = "";
                return false;
            }

            id = Convert.ToHexStringLower(_bytes.AsSpan(end - BytesPerId, BytesPerId));
            return true;
        }
    }
}
