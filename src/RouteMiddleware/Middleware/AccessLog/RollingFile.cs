using Microsoft.Win32.SafeHandles;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>A file of lines that is put aside when it is full. Not for two threads at once.</summary>
internal sealed class RollingFile(string path) : IDisposable
{
    private SafeFileHandle? _handle;
    private long? _whole;

    public long MaxSize { get; set; }

    public int MaxFiles { get; set; }

    /// <summary>Opens the file, or makes it. A line that an earlier writer left unfinished is ended, so that the next one stands alone.</summary>
    public void Open()
    {
        // Moved or deleted by somebody else, as programs that rotate logs do.
        if (_handle is not null && !File.Exists(path))
        {
            Dispose();
        }

        if (_handle is not null)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

        var length = RandomAccess.GetLength(_handle);

        // What a failed write left behind is written again in full.
        if (_whole < length)
        {
            RandomAccess.SetLength(_handle, _whole.Value);
        }
        else
        {
            Span<byte> last = stackalloc byte[1];

            if (length > 0 && RandomAccess.Read(_handle, last, length - 1) == 1 && last[0] != (byte)'\n')
            {
                RandomAccess.Write(_handle, "\n"u8, length);
            }
        }

        _whole = null;
    }

    /// <summary>Writes as many whole lines as the file still takes, at least one.</summary>
    /// <returns>How many bytes were written.</returns>
    public int Write(ReadOnlySpan<byte> lines)
    {
        Open();

        // Asked anew each time: the file may have been cut by somebody who copied it.
        var length = RandomAccess.GetLength(_handle!);
        var count = Fitting(lines, length);

        if (count == 0)
        {
            Roll();
            Open();
            length = 0;
            count = Math.Max(Fitting(lines, length), lines.IndexOf((byte)'\n') + 1);
        }

        _whole = length;
        RandomAccess.Write(_handle!, lines[..count], length);
        _whole = null;
        return count;
    }

    /// <summary>Closes the file; the next write opens it again.</summary>
    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private int Fitting(ReadOnlySpan<byte> lines, long length)
    {
        if (MaxSize == 0 || length + lines.Length <= MaxSize)
        {
            return lines.Length;
        }

        return length >= MaxSize ? 0 : lines[..(int)(MaxSize - length)].LastIndexOf((byte)'\n') + 1;
    }

    private void Roll()
    {
        Dispose();

        // Fewer are kept than before, perhaps.
        for (var i = Math.Max(1, MaxFiles - 1); File.Exists(Numbered(i)); i++)
        {
            File.Delete(Numbered(i));
        }

        for (var i = MaxFiles - 2; i >= 1; i--)
        {
            if (File.Exists(Numbered(i)))
            {
                File.Move(Numbered(i), Numbered(i + 1));
            }
        }

        if (MaxFiles > 1)
        {
            File.Move(path, Numbered(1));
        }
        else
        {
            File.Delete(path);
        }
    }

    private string Numbered(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{number}");
}
