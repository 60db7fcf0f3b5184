using Microsoft.AspNetCore.Authentication;
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
internal sealed class AuthorizationMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers, IDisposable
{
    // Left by the in-box middleware, and asked for by routing, which refuses to run an endpoint with unanswered requirements.
    private const string DoneKey = "__AuthorizationMiddlewareWithEndpointInvoked";

    // The schemes of the application write the answers; what they tell besides the status is theirs.
    private static readonly Refusal NotAuthenticated = new(StatusCodes.Status401Unauthorized, "credentials_missing", "Not authenticated", "The caller is not known.");
    private static readonly Refusal Forbidden = new(StatusCodes.Status403Forbidden, "forbidden", "Forbidden", "The caller may not do this.");

    private readonly IServiceProvider _services;
    private readonly AuthorizationPolicy? _policy;
    private readonly InBoxBranch _branch;

    public AuthorizationMiddleware(AuthorizationOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();

        var policies = services.GetService<IAuthorizationPolicyProvider>()
            ?? throw new InvalidOperationException("the authorization services are missing; call builder.Services.AddAuthorization()");

        _services = services;
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

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers)
    {
        var metadata = answers.Endpoint.Metadata;

        if (metadata.GetMetadata<IAllowAnonymous>() is not null || (_policy is null && metadata.GetMetadata<IAuthorizeData>() is null))
        {
            return;
        }

        // Whoever stands in front reads the credentials; else it is the application's own scheme.
        if ((answers.Credentials is [.., { Credential: var read }] ? read : DefaultCredential()) is { } credential)
        {
            answers.Require(credential);
        }

        answers.Add(NotAuthenticated);
        answers.Add(Forbidden);
    }

    public void Dispose() => _branch.Dispose();

    private Credential? DefaultCredential()
        => _services.GetService<IAuthenticationSchemeProvider>()?.GetDefaultChallengeSchemeAsync().GetAwaiter().GetResult() is { } scheme ? SchemeCredential.Of(scheme, _services) : null;

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
