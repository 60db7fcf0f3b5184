using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Tests.Kit;

/// <summary>A data source as those of static assets and Razor components: it builds its endpoint without the application's services, and anew when it changes.</summary>
public sealed class BareEndpoints(string pattern) : EndpointDataSource, IEndpointConventionBuilder, IDisposable
{
    private readonly List<Action<EndpointBuilder>> _conventions = [];
    private readonly List<Action<EndpointBuilder>> _finally = [];
    private CancellationTokenSource _change = new();

    public override IReadOnlyList<Endpoint> Endpoints
    {
        get
        {
            var builder = new RouteEndpointBuilder(context => context.Response.WriteAsync("bare"), RoutePatternFactory.Parse(pattern), 0);
            _conventions.ForEach(convention => convention(builder));
            _finally.ForEach(convention => convention(builder));
            return [builder.Build()];
        }
    }

    public static BareEndpoints Map(WebApplication app, string pattern)
    {
        var source = new BareEndpoints(pattern);
        ((IEndpointRouteBuilder)app).DataSources.Add(source);
        return source;
    }

    public void Add(Action<EndpointBuilder> convention) => _conventions.Add(convention);

    public void Finally(Action<EndpointBuilder> finallyConvention) => _finally.Add(finallyConvention);

    public override IChangeToken GetChangeToken() => new CancellationChangeToken(_change.Token);

    public void Change()
    {
        var old = Interlocked.Exchange(ref _change, new());
        old.Cancel();
        old.Dispose();
    }

    public void Dispose() => _change.Dispose();
}
