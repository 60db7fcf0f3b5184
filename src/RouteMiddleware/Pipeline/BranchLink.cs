using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Any <c>UseX()</c> as a link: a small pipeline that ends in the rest of the request.</summary>
internal sealed class BranchLink(LinkPlan plan, Action<IApplicationBuilder> configure, IServiceProvider services) : Link(plan)
{
    public override bool LivesOnOneEndpoint => true;

    public override RequestDelegate Around(RequestDelegate next)
    {
        // Some ask the server where it listens, as UseHttpsRedirection does.
        var app = new ApplicationBuilder(services, services.GetService<IServer>()?.Features ?? new FeatureCollection());
        configure(app);

        // A branch that routes anew finds the endpoint that it stands on, and so itself, without end.
        if (app.Properties.ContainsKey("__EndpointRouteBuilder"))
        {
            throw new InvalidOperationException("it calls UseRouting, which can't stand on an endpoint or in a list");
        }

        app.Run(next);
        return app.Build();
    }
}
