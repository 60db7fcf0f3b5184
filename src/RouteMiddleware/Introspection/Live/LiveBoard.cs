using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection.Live;

/// <summary>
/// The figures of all routes and middleware since somebody began to look. What there is to count is known when it is made: no request can make it grow. Requests come from
/// ASP.NET Core's own meter, which costs nothing while nobody reads it; passes through middleware from the chains.
/// </summary>
internal sealed class LiveBoard : IWatchPasses, IDisposable
{
    private const string HostingMeter = "Microsoft.AspNetCore.Hosting";
    private const string RequestDuration = "http.server.request.duration";

    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly MeterListener _requests = new();
    private readonly ConditionalWeakTable<Endpoint, RouteFigures> _byEndpoint = [];
    private readonly FrozenDictionary<string, RouteFigures> _byName;
    private readonly FrozenDictionary<string, LinkFigures> _byAlias;

    /// <param name="endpoints">The endpoints, in the order in which the page shows them.</param>
    /// <param name="chainOf">Tells the chain of one; of <see langword="null"/>, what runs where none matches.</param>
    /// <param name="meters">The application's meters.</param>
    /// <param name="clock">The time.</param>
    public LiveBoard(IReadOnlyList<Endpoint> endpoints, Func<Endpoint?, IReadOnlyList<LinkPlan>> chainOf, IMeterFactory? meters, TimeProvider clock)
    {
        Endpoints = endpoints;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        StartedAt = clock.GetUtcNow();

        Dictionary<string, RouteFigures> byName = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, LinkFigures> byAlias = new(StringComparer.Ordinal);
        var routes = new RouteFigures[endpoints.Count];

        for (var i = 0; i < routes.Length; i++)
        {
            var chain = chainOf(endpoints[i]);
            var figures = routes[i] = new RouteFigures(chain);
            _byEndpoint.AddOrUpdate(endpoints[i], figures);

            foreach (var method in endpoints[i].Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["*"])
            {
                byName.TryAdd(NameOf(method, TemplateOf(endpoints[i])), figures);
            }

            AddAliases(chain);
        }

        var none = chainOf(null);
        AddAliases(none);

        Routes = routes;
        None = new RouteFigures(none);
        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _byAlias = byAlias.ToFrozenDictionary(StringComparer.Ordinal);

        _requests.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: RequestDuration, Meter.Name: HostingMeter } && meters is not null && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _requests.SetMeasurementEventCallback<double>((_, seconds, tags, _) => CountRequest(seconds, tags));
        _requests.Start();

        void AddAliases(IReadOnlyList<LinkPlan> chain)
        {
            foreach (var plan in chain)
            {
                byAlias.TryAdd(plan.Name, new LinkFigures());
            }
        }
    }

    public IReadOnlyList<Endpoint> Endpoints { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>How long the board has been counting.</summary>
    public TimeSpan Age => _clock.GetElapsedTime(_startedAt);

    /// <summary>By the place of the endpoint.</summary>
    public IReadOnlyList<RouteFigures> Routes { get; }

    /// <summary>Requests that match no endpoint: 404, 405, 415.</summary>
    public RouteFigures None { get; }

    /// <summary>Each middleware on all routes together.</summary>
    public IEnumerable<KeyValuePair<string, LinkFigures>> Middleware => _byAlias;

    public void Passed(Endpoint? endpoint, LinkPlan plan, TimeSpan time, PassOutcome outcome, string? reason)
    {
        var at = Age;
        Find(endpoint).Count(plan, time, at, outcome, reason);

        if (_byAlias.TryGetValue(plan.Name, out var together))
        {
            together.Count(time, at, outcome, reason);
        }
    }

    public void Dispose() => _requests.Dispose();

    private static string NameOf(string method, string template) => $"{method} {template}";

    // As ASP.NET Core's meter names it.
    private static string TemplateOf(Endpoint endpoint)
        => endpoint.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route is { Length: > 0 } route ? route : RouteTemplate.Of(endpoint);

    // Some of the endpoints that requests see are built anew after the start: they are known by their name.
    private RouteFigures Find(Endpoint? endpoint)
    {
        if (endpoint is null)
        {
            return None;
        }

        if (!_byEndpoint.TryGetValue(endpoint, out var figures))
        {
            var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods[0] : "*";
            figures = endpoint is RouteEndpoint ? _byName.GetValueOrDefault(NameOf(method, TemplateOf(endpoint)), None) : None;
            _byEndpoint.TryAdd(endpoint, figures);
        }

        return figures;
    }

    private void CountRequest(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? route = null, method = null;
        var isError = false;

        foreach (var (name, value) in tags)
        {
            switch (name)
            {
                case "http.route":
                    route = value as string;
                    break;
                case "http.request.method":
                    method = value as string;
                    break;
                case "error.type":
                    isError = true;
                    break;
                case "http.response.status_code":
                    isError |= value is >= StatusCodes.Status500InternalServerError;
                    break;
                default:
                    break;
            }
        }

        var figures = route is null
            ? None
            : _byName.GetValueOrDefault(NameOf(method ?? "", route)) ?? _byName.GetValueOrDefault(NameOf("*", route)) ?? None;
        figures.Count(TimeSpan.FromSeconds(seconds), Age, isError);
    }
}
