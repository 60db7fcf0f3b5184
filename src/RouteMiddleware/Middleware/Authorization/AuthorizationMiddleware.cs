using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.Authorization;

/// <summary>
/// ASP.NET Core's authorization under a name: what the endpoint asks for, unless <c>UseAuthorization()</c> has seen to that, and a policy or roles of this attachment's.
/// </summary>
[SkipsPreflight]
internal sealed class AuthorizationMiddleware : IMiddleware, IEndpointContributor, IDisposable
{
    // Left by the in-box middleware, and asked for by routing, which refuses to run an endpoint with unanswered requirements.
    private const string DoneKey = "__AuthorizationMiddlewareWithEndpointInvoked";

    private readonly AuthorizationPolicy? _policy;
    private readonly InBoxBranch _branch;

    public AuthorizationMiddleware(AuthorizationOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();

        var policies = services.GetService<IAuthorizationPolicyProvider>()
            ?? throw new InvalidOperationException("the authorization services are missing; call builder.Services.AddAuthorization()");

        _policy = Read(options, policies);
        _branch = new InBoxBranch(services, static _ => { }, app => app.UseAuthorization().Use(AuthorizeByOptions));
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => context.Items.ContainsKey(DoneKey) && !IsErrorPage(context) ? AuthorizeByOptions(context, next) : _branch.InvokeAsync(context, next);

    /// <inheritdoc/>
    public void Contribute(EndpointBuilder endpointBuilder)
    {
        if (_policy is null || endpointBuilder.Metadata.OfType<IAllowAnonymous>().Any())
        {
            return;
        }

        foreach (var status in (int[])[StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden])
        {
            if (!endpointBuilder.Metadata.OfType<ProducesResponseTypeMetadata>().Any(known => known.StatusCode == status))
            {
                endpointBuilder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
            }
        }
    }

    public void Dispose() => _branch.Dispose();

    private static AuthorizationPolicy? Read(AuthorizationOptions options, IAuthorizationPolicyProvider policies)
    {
        if (options.Policy is null && options.Roles.Count == 0)
        {
            return null;
        }

        var asked = new AuthorizeAttribute { Policy = options.Policy, Roles = options.Roles.Count > 0 ? string.Join(',', options.Roles) : null };

        // Once, at start: a provider that reads policies from afar may take its time. An unknown name is a fault.
        return Task.Run(() => AuthorizationPolicy.CombineAsync(policies, [asked])).GetAwaiter().GetResult();
    }

    // Exception handlers and status pages send the request through the pipeline again, to another endpoint: what was asked for the first one says nothing about it.
    private static bool IsErrorPage(HttpContext context)
        => context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.Features.Get<IExceptionHandlerFeature>() is not null;

    private Task AuthorizeByOptions(HttpContext context, RequestDelegate next)
        => _policy is null || context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null ? next(context) : AuthorizeAsync(_policy, context, next);

    private static async Task AuthorizeAsync(AuthorizationPolicy policy, HttpContext context, RequestDelegate next)
    {
        var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var authentication = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        var result = await evaluator.AuthorizeAsync(policy, authentication, context, context).ConfigureAwait(false);
        await context.RequestServices.GetRequiredService<IAuthorizationMiddlewareResultHandler>().HandleAsync(next, context, policy, result).ConfigureAwait(false);
    }
}
