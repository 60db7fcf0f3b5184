using System.Buffers;
using System.IO.Pipelines;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Takes what an encoder makes into the server's own buffer: no wait, no copy.</summary>
internal sealed class EncodedOutput(PipeWriter writer) : Stream
{
    public PipeWriter Writer => writer;

    // Source: RFC 1952 2.3.
    private const int HeaderLength = 10;
    private const int FlagsAt = 3;
    private const byte HasComment = 0x10;

    /// <summary>How much the server was given since it was last told to send.</summary>
    public long Unflushed { get; set; }

    /// <summary>Whether what still comes is thrown away: an answer that failed must not end as a whole one.</summary>
    public bool IsClosed { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>How long a comment is put into the header of gzip, whose first bytes come in one piece. Nothing reads it; it has a length.</summary>
    public int CommentLength { get; set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsClosed)
        {
            return;
        }

        if (CommentLength > 0 && buffer.Length >= HeaderLength)
        {
            WriteHeader(buffer[..HeaderLength]);
            buffer = buffer[HeaderLength..];
        }

        writer.Write(buffer);
        Unflushed += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteHeader(ReadOnlySpan<byte> header)
    {
        var length = HeaderLength + CommentLength + 1;
        var space = writer.GetSpan(length)[..length];
        header.CopyTo(space);
        space[FlagsAt] |= HasComment;
        space[HeaderLength..^1].Fill((byte)'-');
        space[^1] = 0;
        writer.Advance(length);
        Unflushed += length;
        CommentLength = 0;
    }
}
