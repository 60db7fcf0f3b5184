using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Tests.Middleware.RequestId;

/// <summary>Keeps each log line of the application with the values of the scopes around it, innermost last.</summary>
internal sealed class ScopeSink : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentDictionary<string, IReadOnlyList<string>> RequestIdsByMessage { get; } = new(StringComparer.Ordinal);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(ScopeSink sink) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => sink._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            List<string> ids = [];
            sink._scopes.ForEachScope(
                static (scope, found) =>
                {
                    // Only ours is a list of one: the host's own scope has the connection's id under the same key.
                    if (scope is IReadOnlyList<KeyValuePair<string, object?>> { Count: 1 } values && values.Single() is { Key: "RequestId", Value: string id })
                    {
                        Assert.Equal($"RequestId:{id}", scope.ToString());
                        found.Add(id);
                    }
                },
                ids);
            sink.RequestIdsByMessage[formatter(state, exception)] = ids;
        }
    }
}
