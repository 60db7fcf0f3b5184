using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using InBoxOptions = Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutOptions;

namespace RouteMiddleware.Middleware.RequestTimeout;

/// <summary>Gives up a request that takes too long, by ASP.NET Core's own middleware with a default policy of this attachment's.</summary>
internal sealed class RequestTimeoutMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers, IDisposable
{
    private readonly int _status;
    private readonly Refusal _refusal;
    private readonly InBoxBranch _branch;

    public RequestTimeoutMiddleware(RequestTimeoutOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();
        _status = options.StatusCode;

        var refusal = _refusal = new Refusal(_status, "request_timeout", "Request timeout", "The server gave the request up because it took too long.") { Middleware = "request_timeout" };
        var policy = new RequestTimeoutPolicy
        {
            Timeout = options.Timeout,
            TimeoutStatusCode = _status,
            WriteTimeoutResponse = context => WriteAsync(context, refusal),
        };

        var named = services.GetService<IOptions<InBoxOptions>>()?.Value.Policies ?? new Dictionary<string, RequestTimeoutPolicy>(StringComparer.Ordinal);

        _branch = new InBoxBranch(
            services,
            own => own.AddRequestTimeouts(settings =>
            {
                settings.DefaultPolicy = policy;

                // An endpoint may name a policy of the application.
                foreach (var (name, other) in named)
                {
                    settings.AddPolicy(name, other);
                }
            }),
            static app => app.UseRequestTimeouts());
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) => _branch.InvokeAsync(context, next);

    /// <inheritdoc/>
    public void Contribute(EndpointBuilder endpointBuilder)
        => endpointBuilder.Metadata.Add(new ProducesResponseTypeMetadata(_status, typeof(ProblemDetails), ["application/problem+json"]));

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers) => answers.Add(_refusal);

    public void Dispose() => _branch.Dispose();

    private static async Task WriteAsync(HttpContext context, Refusal refusal)
    {
        // The token of the request is the one that has just run out; the answer must not be cut short by it.
        var expired = context.RequestAborted;
        context.RequestAborted = CancellationToken.None;

        try
        {
            await refusal.WriteAsync(context).ConfigureAwait(false);
        }
        finally
        {
            context.RequestAborted = expired;
        }
    }
}
