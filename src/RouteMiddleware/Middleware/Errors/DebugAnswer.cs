using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Tells a developer what happened: browsers by a page, programs by a problem, others by text.</summary>
internal sealed class DebugAnswer(ErrorReporter reporter, bool includeSettings, bool loopbackOnly)
{
    /// <summary>Whether this caller may see details. One without an address is nobody's own machine.</summary>
    public bool IsFor(HttpContext context)
        => !loopbackOnly || (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address));

    public Task WriteAsync(HttpContext context, Exception exception, Refusal refusal) => AcceptedForms.Of(context.Request) switch
    {
        AcceptedForm.Page => WritePageAsync(context, exception, refusal),
        AcceptedForm.Problem => WriteProblemAsync(context, exception, refusal),
        _ => WriteTextAsync(context, exception, refusal),
    };

    public async Task WriteProblemAsync(HttpContext context, Exception exception, Refusal refusal)
    {
        var report = await reporter.ReportAsync(context, exception, refusal.Status, includeSettings: false).ConfigureAwait(false);
        Begin(context.Response, refusal, contentType: null);

        var problem = new ProblemDetails
        {
            Status = refusal.Status,
            Title = refusal.Title,
            Detail = refusal.Detail,
            Instance = context.Request.Path,
            Extensions = { ["code"] = refusal.Code, ["traceId"] = report.TraceId, ["exception"] = Describe(report) },
        };

        if (report.RequestId is { } requestId)
        {
            problem.Extensions["requestId"] = requestId;
        }

        var service = context.RequestServices.GetService<IProblemDetailsService>();

        if (service is null || !await service.TryWriteAsync(new() { HttpContext = context, ProblemDetails = problem }).ConfigureAwait(false))
        {
            await TypedResults.Problem(problem).ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private async Task WritePageAsync(HttpContext context, Exception exception, Refusal refusal)
    {
        var report = await reporter.ReportAsync(context, exception, refusal.Status, includeSettings).ConfigureAwait(false);
        var page = ErrorPage.Write(report);
        var response = context.Response;

        Begin(response, refusal, "text/html; charset=utf-8");
        response.Headers.ContentSecurityPolicy = ErrorPage.ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        context.Features.Set(OwnContentPolicy.Instance);
        await WriteAsync(response, page).ConfigureAwait(false);
    }

    private async Task WriteTextAsync(HttpContext context, Exception exception, Refusal refusal)
    {
        var report = await reporter.ReportAsync(context, exception, refusal.Status, includeSettings: false).ConfigureAwait(false);

        Begin(context.Response, refusal, "text/plain; charset=utf-8");
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await WriteAsync(context.Response, ErrorText.Write(report)).ConfigureAwait(false);
    }

    private static void Begin(HttpResponse response, Refusal refusal, string? contentType)
    {
        response.StatusCode = refusal.Status;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
    }

    private static async Task WriteAsync(HttpResponse response, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentLength = bytes.Length;
        await response.BodyWriter.WriteAsync(bytes).ConfigureAwait(false);
    }

    // As an element: the only shape of a nested value that problem details write where reflection is off.
    private static JsonElement Describe(ErrorReport report)
    {
        var chain = new JsonArray();

        foreach (var link in report.Chain)
        {
            chain.Add((JsonNode)new JsonObject { ["name"] = link.Name, ["kind"] = link.Kind, ["origin"] = link.Origin, ["threw"] = link.IsCulprit });
        }

        var described = Describe(report.Outermost);
        described["inner"] = new JsonArray([.. report.Exceptions.Skip(1).Select(Describe)]);
        described["culprit"] = report.Culprit?.Name;
        described["chain"] = chain;

        using var document = JsonDocument.Parse(described.ToJsonString());
        return document.RootElement.Clone();
    }

    private static JsonObject Describe(ReportedException exception) => new()
    {
        ["type"] = exception.Type,
        ["message"] = exception.Message,
        ["stack"] = new JsonArray([.. exception.Frames.Select(static frame => JsonValue.Create(frame.ToString()))]),
    };
}
