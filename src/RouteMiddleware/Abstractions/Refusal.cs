using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware;

/// <summary>
/// An answer that refuses: problem details (RFC 9457) through the application's <see cref="IProblemDetailsService"/>, never cached.
/// Make one when the middleware is constructed and write it for each request that is refused. It belongs to one application.
/// </summary>
public sealed class Refusal
{
    private const int ShortWaits = 128;

    // Times that recur: a flood is refused with the same few again and again.
    private readonly string?[] _waits = new string?[ShortWaits];
    private PlainProblem? _plain;
    private RefusalMetrics? _metrics;
    private bool _isExamined;

    /// <summary>Makes a refusal.</summary>
    /// <param name="status">The status code, 400 to 599.</param>
    /// <param name="code">A stable name for programs, such as <c>rate_limit_exceeded</c>.</param>
    /// <param name="title">A short title that is the same for all refusals of this code.</param>
    /// <param name="detail">One sentence for people.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is no error status.</exception>
    public Refusal(int status, string code, string title, string detail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, StatusCodes.Status400BadRequest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        ArgumentException.ThrowIfNullOrWhiteSpace(code);

        Status = status;
        Code = code;
        Title = title;
        Detail = detail;
    }

    /// <summary>The status code.</summary>
    public int Status { get; }

    /// <summary>The stable name for programs.</summary>
    public string Code { get; }

    /// <summary>The short title.</summary>
    public string Title { get; }

    /// <summary>One sentence for people.</summary>
    public string Detail { get; }

    /// <summary>The alias of the middleware that refuses: with <see cref="Code"/>, what the metric <c>routemiddleware.refusals</c> counts by. Default: <see langword="null"/>, counted as <c>(none)</c>.</summary>
    public string? Middleware { get; init; }

    /// <summary>Writes the answer.</summary>
    /// <param name="context">The request that is refused. Its response must not have started.</param>
    /// <param name="retryAfter">How long the caller should wait: sent as <c>Retry-After</c> and <c>retry_after</c> in whole seconds, rounded up, at least one. Default: not said.</param>
    /// <returns>A task that ends when the answer is written.</returns>
    public Task WriteAsync(HttpContext context, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(context);

        KeptBackBody.Empty(context.Response);

        // Rounded up: a caller who comes back a fraction of a second early is turned away twice.
        long? seconds = retryAfter is { } wait ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)) : null;
        context.Response.Headers.CacheControl = "no-store";

        if (seconds is { } value)
        {
            context.Response.Headers.RetryAfter = value < ShortWaits
                ? _waits[value] ??= value.ToString(CultureInfo.InvariantCulture)
                : value.ToString(CultureInfo.InvariantCulture);
        }

        // Asked once: a request's services are a scope, which costs more than the rest. Two requests may both ask at first; they get the same answer.
        if (!_isExamined)
        {
            _plain = PlainProblem.TryCreate(this, context.RequestServices);
            _metrics = context.RequestServices.GetService<RefusalMetrics>();
            _isExamined = true;
        }

        _metrics?.Count(context, this);

        return _plain is { } plain ? plain.WriteAsync(context, seconds) : WriteByServiceAsync(context, seconds);
    }

    private async Task WriteByServiceAsync(HttpContext context, long? seconds)
    {
        context.Response.StatusCode = Status;

        // Of a body that is not sent.
        context.Response.ContentLength = null;

        var problem = new ProblemDetails
        {
            Status = Status,
            Title = Title,
            Detail = Detail,
            Instance = context.Request.Path,
            Extensions = { ["code"] = Code, ["traceId"] = Activity.Current?.Id ?? context.TraceIdentifier },
        };

        if (context.Features.Get<IRequestIdFeature>() is { } feature)
        {
            problem.Extensions["requestId"] = feature.RequestId;
        }

        if (seconds is { } value)
        {
            problem.Extensions["retry_after"] = value;
        }

        var service = context.RequestServices.GetService<IProblemDetailsService>();

        // The service declines where the caller's Accept header rules JSON out; a refusal is told all the same.
        if (service is null || !await service.TryWriteAsync(new() { HttpContext = context, ProblemDetails = problem }).ConfigureAwait(false))
        {
            await TypedResults.Problem(problem).ExecuteAsync(context).ConfigureAwait(false);
        }
    }
}
