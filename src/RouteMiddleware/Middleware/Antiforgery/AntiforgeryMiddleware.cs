using System.Collections.Frozen;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Antiforgery;

/// <summary>
/// Refuses requests without a valid antiforgery token before anything is bound. On a route: every method that is not safe. In the global list: where the endpoint
/// asks for it, by ASP.NET Core's own middleware.
/// </summary>
internal sealed partial class AntiforgeryMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers, IDisposable
{
    private readonly Refusal _refusal = new(StatusCodes.Status400BadRequest, "antiforgery_invalid", "Invalid antiforgery token", "The request carries no valid antiforgery token.") { Middleware = "antiforgery" };
    private readonly FrozenSet<string> _safeMethods;
    private readonly IAntiforgery _antiforgery;
    private readonly ILogger _logger;
    private readonly InBoxBranch _branch;

    public AntiforgeryMiddleware(AntiforgeryOptions options, IServiceProvider services, ILogger<AntiforgeryMiddleware> logger)
    {
        options.ThrowIfInvalid();

        _antiforgery = services.GetService<IAntiforgery>() ?? throw new InvalidOperationException("the antiforgery services are missing; call builder.Services.AddAntiforgery()");
        _safeMethods = options.SafeMethods.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _logger = logger;
        _branch = new InBoxBranch(services, static _ => { }, app => app.UseAntiforgery().Use(Decide));
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAntiforgeryMetadata>() is not RouteValidation)
        {
            return _branch.InvokeAsync(context, next);
        }

        // Standing in the global list and on a route, the second one finds the work done.
        return _safeMethods.Contains(context.Request.Method) || context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: true }
            ? next(context)
            : ValidateAsync(context, next);
    }

    /// <inheritdoc/>
    public void Contribute(EndpointBuilder endpointBuilder)
    {
        var metadata = endpointBuilder.Metadata;

        // DisableAntiforgery() on one endpoint of a group.
        if (metadata.OfType<IAntiforgeryMetadata>().LastOrDefault() is { RequiresValidation: false })
        {
            return;
        }

        metadata.Add(RouteValidation.Instance);

        var isSafe = metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { HttpMethods: { Count: > 0 } methods } && methods.All(_safeMethods.Contains);

        if (!isSafe && !metadata.OfType<ProducesResponseTypeMetadata>().Any(static known => known.StatusCode == StatusCodes.Status400BadRequest))
        {
            metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(ProblemDetails), ["application/problem+json"]));
        }
    }

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers)
    {
        // In the global list it does what the endpoint asks for, by the in-box middleware: for the methods that this one takes for unsafe.
        var isAsked = answers.Endpoint.Metadata.GetMetadata<IAntiforgeryMetadata>() switch
        {
            null => false,
            RouteValidation => !_safeMethods.Contains(answers.Method),
            var asked => asked.RequiresValidation && (HttpMethods.IsPost(answers.Method) || HttpMethods.IsPut(answers.Method) || HttpMethods.IsPatch(answers.Method)),
        };

        if (isAsked)
        {
            answers.Add(_refusal);
        }
    }

    public void Dispose() => _branch.Dispose();

    private async Task ValidateAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await _antiforgery.ValidateRequestAsync(context).ConfigureAwait(false);
        }
        catch (AntiforgeryValidationException exception)
        {
            await RefuseAsync(context, exception).ConfigureAwait(false);
            return;
        }

        context.Features.Set<IAntiforgeryValidationFeature>(TokenValidation.Passed);
        await next(context).ConfigureAwait(false);
    }

    // The in-box middleware leaves the decision to the binding, which throws in Development and answers without a body elsewhere.
    private Task Decide(HttpContext context, RequestDelegate next)
        => context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false } invalid ? RefuseAsync(context, invalid.Error) : next(context);

    private Task RefuseAsync(HttpContext context, Exception? reason)
    {
        Log.Refused(_logger, reason?.Message);
        return _refusal.WriteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request was refused: {Reason}", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string? reason);
    }
}
