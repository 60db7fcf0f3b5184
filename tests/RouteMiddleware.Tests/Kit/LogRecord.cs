using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Tests.Kit;

/// <summary>One line that the application logged.</summary>
public sealed record LogRecord(string Category, LogLevel Level, EventId EventId, string Message, Exception? Exception);
