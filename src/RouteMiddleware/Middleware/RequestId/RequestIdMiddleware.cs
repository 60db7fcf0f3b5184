using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.RequestId;

/// <summary>Gives each request an id: the caller's, if it is harmless, or a new one.</summary>
internal sealed class RequestIdMiddleware : IMiddleware, IDescribeAnswers
{
    private static readonly SearchValues<char> IdLetters
        = SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly Func<object, Task> SendId = static state =>
    {
        var feature = (RequestIdFeature)state;
        feature.Context.Response.Headers[feature.HeaderName] = feature.RequestId;
        return Task.CompletedTask;
    };

    private readonly RequestIdSource _source;
    private readonly ILogger<RequestIdMiddleware> _logger;
    private readonly string _headerName;
    private readonly bool _trustIncoming;
    private readonly int _maxLength;

    public RequestIdMiddleware(RequestIdOptions options, RequestIdSource source, ILogger<RequestIdMiddleware> logger)
    {
        options.ThrowIfInvalid();

        _source = source;
        _logger = logger;
        _headerName = options.HeaderName;
        _trustIncoming = options.TrustIncoming;
        _maxLength = options.MaxLength;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var given = context.Features.Get<IRequestIdFeature>();

        if (given is RequestIdFeature known)
        {
            return InvokeAgain(context, next, known);
        }

        // A feature that is not ours is the application's own id; it is held to the same pattern.
        var id = given is not null && IsHarmless(given.RequestId) ? given.RequestId : Incoming(context) ?? _source.Next();
        var feature = new RequestIdFeature(context, _headerName, id);

        context.Features.Set<IRequestIdFeature>(feature);
        context.TraceIdentifier = id;
        context.Response.OnStarting(SendId, feature);
        return Go(context, next, feature);
    }

    public void DescribeAnswers(EndpointAnswers answers) => answers.AddHeader(new(_headerName, "The request's id: whoever asks about the request names it."));

    // A request has one id: whoever comes second sends it under its own header name, if that is another one.
    private Task InvokeAgain(HttpContext context, RequestDelegate next, RequestIdFeature known)
    {
        if (!string.Equals(known.HeaderName, _headerName, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.OnStarting(SendId, new RequestIdFeature(context, _headerName, known.RequestId));
        }

        // An exception handler that runs the pipeline again has left the first scope.
        return known.InScope ? next(context) : Go(context, next, known);
    }

    // Asked as the host asks for its own scope: where even critical lines go nowhere, nobody reads scopes.
    private Task Go(HttpContext context, RequestDelegate next, RequestIdFeature feature)
        => _logger.IsEnabled(LogLevel.Critical) ? GoInScopeAsync(context, next, feature) : next(context);

    private async Task GoInScopeAsync(HttpContext context, RequestDelegate next, RequestIdFeature feature)
    {
        using (_logger.BeginScope(feature))
        {
            feature.InScope = true;

            try
            {
                await next(context).ConfigureAwait(false);
            }
            finally
            {
                feature.InScope = false;
            }
        }
    }

    private string? Incoming(HttpContext context)
        => _trustIncoming && context.Request.Headers.TryGetValue(_headerName, out var values) && values.Count == 1 && IsHarmless(values[0])
            ? values[0]
            : null;

    private bool IsHarmless(string? id)
        => id is { Length: > 0 } && id.Length <= _maxLength && !id.AsSpan().ContainsAnyExcept(IdLetters);
}
