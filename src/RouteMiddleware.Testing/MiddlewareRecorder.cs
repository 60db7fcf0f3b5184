using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Testing;

/// <summary>Keeps the records of one test host, and finds that of an answer by the header that only such a host sends.</summary>
internal sealed class MiddlewareRecorder(IEnumerable<SwitchedOff> switchedOff) : IMiddlewareObserver, IDisposable
{
    public const string HeaderName = "X-Test-Middleware-Record";

    // Whoever tests for hours shall not run out of memory.
    private const int MaxRecords = 10_000;

    // An answer knows no host: its header is all that leads to the record. A host takes itself off when it is disposed.
    private static readonly ConcurrentDictionary<string, MiddlewareRecorder> Hosts = new(StringComparer.Ordinal);

    private readonly SwitchedOff[] _switchedOff = [.. switchedOff];
    private readonly string _host = Guid.NewGuid().ToString("N");
    private readonly Lock _lock = new();
    private readonly Queue<(string Id, MiddlewareRecord Record)> _records = new();
    private long _count;

    /// <summary>The records of the latest requests, oldest first.</summary>
    public IReadOnlyList<MiddlewareRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records.Select(static item => item.Record)];
            }
        }
    }

    public static MiddlewareRecord? Find(string id)
        => Hosts.TryGetValue(id.Split('-', 2)[0], out var host) ? host.FindOwn(id) : null;

    /// <summary>Begins the record of a request, and has its answer name it.</summary>
    public void Begin(HttpContext context)
    {
        var record = new MiddlewareRecord($"{context.Request.Method} {context.Request.Path}");
        string id;

        lock (_lock)
        {
            id = string.Create(CultureInfo.InvariantCulture, $"{_host}-{_count++}");
            _records.Enqueue((id, record));

            if (_records.Count > MaxRecords)
            {
                _records.Dequeue();
            }
        }

        Hosts[_host] = this;
        context.Features.Set(record);
        context.Response.OnStarting(
            static state =>
            {
                var (response, id) = ((HttpResponse, string))state;
                response.Headers[HeaderName] = id;
                return Task.CompletedTask;
            },
            (context.Response, id));
    }

    public void Entered(HttpContext context, MiddlewareStep step)
    {
        if (IsRecorded(step))
        {
            context.Features.Get<MiddlewareRecord>()?.Enter(step);
        }
    }

    public void WentOn(HttpContext context) => context.Features.Get<MiddlewareRecord>()?.GoOn();

    public void Left(HttpContext context, MiddlewareStep step, Exception? exception)
    {
        if (IsRecorded(step))
        {
            context.Features.Get<MiddlewareRecord>()?.Leave(step, exception);
        }
    }

    public void Dispose() => Hosts.TryRemove(_host, out _);

    private bool IsRecorded(MiddlewareStep step) => !Array.Exists(_switchedOff, off => AliasText.AreSame(off.Alias, step.Name));

    private MiddlewareRecord? FindOwn(string id)
    {
        lock (_lock)
        {
            return _records.FirstOrDefault(item => string.Equals(item.Id, id, StringComparison.Ordinal)).Record;
        }
    }
}
