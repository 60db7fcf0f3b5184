using System.Net;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>What a line tells.</summary>
internal readonly record struct AccessLogRecord(
    DateTimeOffset StartedAt,
    string Method,
    string Path,
    string Query,
    int Status,
    long? BytesSent,
    TimeSpan Duration,
    IPAddress? Client,
    string? UserAgent,
    string? Referer,
    string? RequestId,
    string? Route);
