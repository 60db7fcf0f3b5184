using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>
/// Takes lines from all requests and writes them to one file, many at once, by a timer's thread. A request copies its line and goes on, whatever the disk does. What can't be
/// written is tried again; what finds no room meanwhile is dropped and counted.
/// </summary>
internal sealed partial class AccessLogFile : IDisposable
{
    // So much is written at once, without waiting for the interval.
    private const int Much = 256 * 1024;

    private readonly AccessLogMetrics _metrics;
    private readonly ILogger<AccessLogFile> _logger;
    private readonly ITimer _timer;
    private readonly Lock _lines = new();
    private readonly Lock _disk = new();
    private readonly RollingFile _file;
    private LineBuffer _coming = new();
    private LineBuffer _going = new();
    private TimeSpan _interval;
    private int _size;
    private bool _isFailing;
    private bool _isClosed;

    public AccessLogFile(string path, AccessLogOptions options, TimeProvider clock, AccessLogMetrics metrics, ILogger<AccessLogFile> logger)
    {
        FullPath = path;
        _metrics = metrics;
        _logger = logger;
        _file = new RollingFile(path);
        Configure(options);

        // Now, while it can still refuse the start.
        _file.Open();
        _timer = clock.CreateTimer(static self => ((AccessLogFile)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string FullPath { get; }

    /// <summary>How many write here. Guarded by the registry's lock.</summary>
    public int Users { get; set; }

    public void Configure(AccessLogOptions options)
    {
        lock (_lines)
        {
            _interval = options.FlushInterval;
            _size = options.BufferSize;
        }

        lock (_disk)
        {
            _file.MaxSize = options.MaxFileSize;
            _file.MaxFiles = options.MaxFiles;
        }
    }

    /// <summary>Takes a line; its end is a line feed, its only one. Never waits for the disk.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        bool isClosed;

        lock (_lines)
        {
            isClosed = _isClosed;
            var before = _coming.Length;

            // What is being written still takes room.
            if (!isClosed && _coming.TryAdd(line, _size - _going.Length))
            {
                if (before == 0)
                {
                    _timer.Change(_interval, Timeout.InfiniteTimeSpan);
                }
                else if (before < Much && _coming.Length >= Much)
                {
                    _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                }

                return;
            }
        }

        if (isClosed)
        {
            _metrics.CountClosed();
        }
        else
        {
            _metrics.CountFull();
        }
    }

    /// <summary>Writes out what waits.</summary>
    public void Flush()
    {
        lock (_disk)
        {
            while (WriteOnce())
            {
            }
        }
    }

    public void Dispose()
    {
        lock (_lines)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        _timer.Dispose();
        Flush();

        lock (_disk)
        {
            _file.Dispose();
            var lost = _going.Lines + _coming.Lines;

            if (lost > 0)
            {
                Log.Lost(_logger, lost, FullPath);
                _metrics.CountFailed(lost);
            }
        }
    }

    private void OnTimer()
    {
        // Who is writing now looks afterwards what came meanwhile.
        if (!_disk.TryEnter())
        {
            return;
        }

        try
        {
            WriteOnce();
        }
        finally
        {
            _disk.Exit();
        }

        lock (_lines)
        {
            if (!_isClosed && (_coming.Length > 0 || _going.Length > 0))
            {
                _timer.Change(_coming.Length >= Much && !_isFailing ? TimeSpan.Zero : _interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    // Whether something was written.
    private bool WriteOnce()
    {
        if (_going.Length == 0)
        {
            lock (_lines)
            {
                (_coming, _going) = (_going, _coming);
            }
        }

        if (_going.Length == 0)
        {
            return false;
        }

        try
        {
            while (_going.Length > 0)
            {
                var written = _file.Write(_going.Bytes);

                lock (_lines)
                {
                    _going.Remove(written);
                }
            }

            _isFailing = false;
            return true;
        }
        catch (Exception exception)
        {
            // On a timer's thread, an exception would end the process. Said once, until it works again.
            if (!_isFailing)
            {
                Log.Failed(_logger, exception, FullPath);
            }

            _isFailing = true;
            _file.Dispose();
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The access log '{Path}' can't be written; its lines wait in memory as long as there is room.", EventName = "Failed")]
        public static partial void Failed(ILogger logger, Exception exception, string path);

        [LoggerMessage(2, LogLevel.Error, "{Lines} lines of the access log '{Path}' were lost: the file could not be written to the end.", EventName = "Lost")]
        public static partial void Lost(ILogger logger, int lines, string path);
    }
}
