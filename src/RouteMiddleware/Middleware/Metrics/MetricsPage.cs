using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Answers with the metrics in the format that the caller prefers.</summary>
internal sealed class MetricsPage(MetricsExport export)
{
    private const string PlainText = "text/plain; version=0.0.4; charset=utf-8";
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public Task WriteAsync(HttpContext context)
    {
        var isOpenMetrics = PrefersOpenMetrics(context.Request);
        var body = export.Write(isOpenMetrics);

        context.Response.ContentType = isOpenMetrics ? OpenMetrics : PlainText;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static bool PrefersOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return false;
        }

        double open = 0, plain = 0;

        foreach (var type in accepted)
        {
            var quality = type.Quality ?? 1;

            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                open = Math.Max(open, IsKnownVersion(type) ? quality : 0);
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                plain = Math.Max(plain, quality);
            }
        }

        return open > 0 && open >= plain;
    }

    private static bool IsKnownVersion(MediaTypeHeaderValue type)
        => type.Parameters.FirstOrDefault(static parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase)) is not { } version
            || version.Value.AsSpan().Trim('"') is "1.0.0";
}
