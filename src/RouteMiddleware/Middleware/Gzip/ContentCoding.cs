namespace RouteMiddleware.Middleware.Gzip;

/// <summary>How a body is sent.</summary>
internal enum ContentCoding
{
    Identity,
    Gzip,
    Brotli,
}
