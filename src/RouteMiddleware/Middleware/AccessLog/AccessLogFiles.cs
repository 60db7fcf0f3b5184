using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>The open files, one writer each, however many entries and generations of options write to it.</summary>
internal sealed class AccessLogFiles(TimeProvider clock, AccessLogMetrics metrics, ILogger<AccessLogFile> logger, IHostEnvironment? environment = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, AccessLogFile> _open = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    private bool _isDisposed;

    /// <summary>Opens a file, or takes part in an open one, whose sizes and times become these.</summary>
    public AccessLogFile Acquire(AccessLogOptions options)
    {
        var path = Path.GetFullPath(options.Path!, environment?.ContentRootPath ?? Environment.CurrentDirectory);

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);

            if (!_open.TryGetValue(path, out var file))
            {
                _open[path] = file = new AccessLogFile(path, options, clock, metrics, logger);
            }

            file.Users++;
            file.Configure(options);
            return file;
        }
    }

    /// <summary>Gives a file back; the last one to do so closes it.</summary>
    public void Release(AccessLogFile file)
    {
        lock (_lock)
        {
            if (--file.Users == 0 && _open.Remove(file.FullPath))
            {
                file.Dispose();
            }
        }
    }

    /// <summary>Writes out what waits.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            foreach (var file in _open.Values)
            {
                file.Flush();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;

            foreach (var file in _open.Values)
            {
                file.Dispose();
            }

            _open.Clear();
        }
    }
}
