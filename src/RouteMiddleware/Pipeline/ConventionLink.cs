using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>A class whose constructor takes the next delegate: one instance for each endpoint, made by ASP.NET Core's own <c>UseMiddleware</c>.</summary>
internal sealed class ConventionLink(
    LinkPlan plan,
    [DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] Type type,
    object? options,
    IServiceProvider services) : Link(plan)
{
    [DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)]
    private readonly Type _type = type;

    public override bool LivesOnOneEndpoint => true;

    public override bool IsRenewable => options is not null;

    public override RequestDelegate Around(RequestDelegate next)
    {
        var app = new ApplicationBuilder(services);
        app.UseMiddleware(_type, options is null ? [] : [options]);
        app.Run(next);
        return app.Build();
    }
}
