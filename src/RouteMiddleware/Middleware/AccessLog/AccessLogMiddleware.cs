using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>Writes one line of JSON for each request, when its answer is complete.</summary>
internal sealed partial class AccessLogMiddleware : IMiddleware, IDisposable
{
    private static readonly Func<object, Task> WriteLine = static state =>
    {
        var pass = (AccessLogPass)state;
        pass.Middleware.Write(pass);
        return Task.CompletedTask;
    };

    private readonly TimeProvider _clock;
    private readonly AccessLogFiles _files;
    private readonly AccessLogFile? _file;
    private readonly ILogger _logger;
    private readonly SensitiveNames _queryKeys;
    private readonly ObjectPool<AccessLogLine> _lines = new DefaultObjectPool<AccessLogLine>(new DefaultPooledObjectPolicy<AccessLogLine>());

    public AccessLogMiddleware(AccessLogOptions options, TimeProvider clock, AccessLogFiles files, ILoggerFactory loggers)
    {
        options.ThrowIfInvalid();

        _clock = clock;
        _files = files;
        _logger = loggers.CreateLogger(options.LoggerName);
        _queryKeys = new SensitiveNames([.. options.SensitiveQueryKeys]);
        _file = options.Path is null ? null : Open(files, options);
        Sink = (object?)_file ?? options.LoggerName;
    }

    /// <summary>What the lines go to: a request is one line there, however many entries it passes.</summary>
    public object Sink { get; }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if ((_file is null && !_logger.IsEnabled(LogLevel.Information)) || AccessLogPass.Covers(context, Sink))
        {
            return next(context);
        }

        var features = context.Features;
        var pass = new AccessLogPass(this, context, _clock.GetTimestamp(), features.GetRequiredFeature<IHttpResponseBodyFeature>(), features.Get<AccessLogPass>());
        features.Set(pass);
        features.Set<IHttpResponseBodyFeature>(pass);
        context.Response.OnCompleted(WriteLine, pass);

        Task rest;

        try
        {
            rest = next(context);
        }
        catch (Exception exception)
        {
            pass.End(exception);
            throw;
        }

        if (!rest.IsCompletedSuccessfully)
        {
            return FinishAsync(rest, pass);
        }

        pass.End(failure: null);
        return rest;
    }

    public void Dispose()
    {
        if (_file is not null)
        {
            _files.Release(_file);
        }
    }

    private static async Task FinishAsync(Task rest, AccessLogPass pass)
    {
        try
        {
            await rest.ConfigureAwait(false);
            pass.End(failure: null);
        }
        catch (Exception exception)
        {
            pass.End(exception);
            throw;
        }
    }

    private static AccessLogFile Open(AccessLogFiles files, AccessLogOptions options)
    {
        try
        {
            return files.Acquire(options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(AccessLogOptions),
                [$"{nameof(options.Path)} must be a file that can be written, but '{options.Path}' can't: {exception.Message}"]);
        }
    }

    private void Write(AccessLogPass pass)
    {
        var line = _lines.Get();

        try
        {
            var bytes = line.Write(Read(pass));

            if (_file is not null)
            {
                _file.Append(bytes);
            }
            else
            {
                Log.Request(_logger, Encoding.UTF8.GetString(bytes[..^1]));
            }
        }
        finally
        {
            _lines.Return(line);
        }
    }

    private AccessLogRecord Read(AccessLogPass pass)
    {
        var context = pass.Context;
        var headers = context.Request.Headers;
        var duration = _clock.GetElapsedTime(pass.StartedAt);

        return new AccessLogRecord(
            _clock.GetUtcNow() - duration,
            context.Request.Method,
            SecretPatterns.Mask(LogText.Cut(pass.Path)),
            pass.Query.Length == 0 ? "" : LogText.Query(LogText.Cut(pass.Query), _queryKeys),
            pass.Status,
            pass.BytesSent,
            duration,
            context.Connection.RemoteIpAddress,
            First(headers.UserAgent) is { } agent ? SecretPatterns.Mask(LogText.Cut(agent)) : null,
            First(headers.Referer) is { } referer ? LogText.Url(LogText.Cut(referer), _queryKeys) : null,
            context.Features.Get<IRequestIdFeature>()?.RequestId ?? context.TraceIdentifier,
            pass.Route);
    }

    private static string? First(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 0 ? null : values.ToString();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Line}", EventName = "Request")]
        public static partial void Request(ILogger logger, string line);
    }
}
