using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Makes each attachment once, whatever number of endpoints and however often these are built.</summary>
internal sealed class LinkFactory(IServiceProvider services, IServiceScopeFactory scopes, MiddlewareCatalog catalog, ServiceLifetimes lifetimes, OwnedInstances owned)
{
    private readonly MiddlewareShapes _shapes = new(services.GetService<IServiceProviderIsService>());
    private readonly ConcurrentDictionary<LinkPlan, Lazy<MadeLink>> _links = new(ReferenceEqualityComparer.Instance);

    /// <summary>The link of a plan; <see langword="null"/> where it can't be made, and the faults say why.</summary>
    public Link? Get(LinkPlan plan)
    {
        var made = Make(plan);

        if (!made.IsInUse)
        {
            made.IsInUse = true;
            Array.ForEach(made.Faults, catalog.Faults.Add);
        }

        return made.Link;
    }

    /// <summary>The link of a plan, to be asked before it is known whether it runs anywhere: what is wrong with it is told when somebody uses it.</summary>
    public Link? Peek(LinkPlan plan) => Make(plan).Link;

    /// <summary>The link of a plan where it is in use already.</summary>
    public Link? Find(LinkPlan plan) => _links.TryGetValue(plan, out var made) && made is { IsValueCreated: true, Value.IsInUse: true } ? made.Value.Link : null;

    /// <summary>The plans whose links were made at the start and since, and are in use.</summary>
    public IEnumerable<(LinkPlan Plan, Link Link)> Made
        => from pair in _links where pair.Value is { IsValueCreated: true, Value: { IsInUse: true, Link: not null } } select (pair.Key, pair.Value.Value.Link!);

    /// <summary>Makes another link, to stand in the place of one that is in use.</summary>
    public Link? Renew(LinkPlan plan, OptionsFactory options, FaultList faults)
    {
        var found = new FaultList();
        var link = Create(plan, options, found);

        if (link is { LivesOnOneEndpoint: true })
        {
            try
            {
                // Its constructor runs for each endpoint: what is wrong with the options shows here, before any request comes.
                link.Around(static _ => Task.CompletedTask);
            }
            catch (Exception exception)
            {
                AddFaults(exception, plan, found);
            }
        }

        Array.ForEach(found.ToArray(), faults.Add);
        return link;
    }

    private MadeLink Make(LinkPlan plan) => _links.GetOrAdd(plan, static (key, factory) => new Lazy<MadeLink>(() => factory.Create(key)), this).Value;

    private MadeLink Create(LinkPlan plan)
    {
        var faults = new FaultList();
        var link = Create(plan, catalog.Options, faults);
        return new MadeLink(faults.Count > 0 ? null : link, faults.ToArray());
    }

    private Link? Create(LinkPlan plan, OptionsFactory factory, FaultList faults)
    {
        var registration = plan.Registration;
        var shape = _shapes.Of(registration);
        var options = shape is MiddlewareShape.None or MiddlewareShape.Container ? null : CreateOptions(plan, factory, faults);

        if (shape == MiddlewareShape.Container && (plan.Argument is not null || plan.Options.Count > 0 || plan.Configure is not null))
        {
            faults.Add(plan.Where, $"'{plan}' has options, but {registration.MiddlewareType} is registered in the container, which makes it without them.", "Take its registration out of the container, or the options out of the entry.");
        }

        if (shape == MiddlewareShape.None)
        {
            faults.Add(plan.Where, $"{registration.MiddlewareType} is no middleware.", "It must implement IMiddleware or IEndpointFilter, or have a constructor that takes RequestDelegate and a method InvokeAsync(HttpContext).");
        }

        // A faulty option does not hide the next one: what could be read is checked all the same.
        var isOutOfOptions = options is null && registration.OptionsType is not null && shape != MiddlewareShape.Container;
        var link = shape == MiddlewareShape.None || isOutOfOptions ? null
            : registration.Substitute is { } substitute ? CreateSubstitute(plan, substitute, options, faults)
            : Create(plan, registration, shape, options, faults);

        if (link is not null)
        {
            link.Options = options;
        }

        return link;
    }

    // What it stands for was looked at like any other; only what runs is another.
    private Link? CreateSubstitute(LinkPlan plan, MiddlewareRegistration substitute, object? options, FaultList faults)
    {
        var shape = _shapes.Of(substitute);

        if (shape == MiddlewareShape.None)
        {
            faults.Add($"Substitute(\"{plan.Name}\")", $"{substitute.MiddlewareType} is no middleware.", "It must implement IMiddleware or IEndpointFilter, or have a constructor that takes RequestDelegate and a method InvokeAsync(HttpContext).");
            return null;
        }

        var takesOptions = options is not null && substitute.MiddlewareType?.GetConstructors().Any(constructor => Array.Exists(constructor.GetParameters(), parameter => parameter.ParameterType == options.GetType())) == true;
        return Create(plan, substitute, shape, takesOptions ? options : null, faults);
    }

    private Link? Create(LinkPlan plan, MiddlewareRegistration registration, MiddlewareShape shape, object? options, FaultList faults)
    {
        switch (shape)
        {
            case MiddlewareShape.Function:
                return new FunctionLink(plan, registration.Middleware!);
            case MiddlewareShape.Branch:
                return new BranchLink(plan, registration.Configure!, services);
            case MiddlewareShape.Container:
                return new ContainerLink(plan, registration.MiddlewareType!, scopes);
        }

        if (registration.Factory is { } factory)
        {
            return CreateInstance(plan, () => factory(services), faults);
        }

        var scopedNeeds = lifetimes.ScopedNeedsOf(registration.MiddlewareType!).ToArray();

        foreach (var scoped in scopedNeeds)
        {
            faults.Add(plan.Where, $"{registration.MiddlewareType} is made once, but its constructor takes {scoped}, which lives for one request only.", $"Register the middleware in the container (AddScoped<{registration.MiddlewareType!.Name}>()), or ask HttpContext.RequestServices for it.");
        }

        if (scopedNeeds.Length > 0)
        {
            return null;
        }

        return shape == MiddlewareShape.Convention
            ? new ConventionLink(plan, registration.MiddlewareType!, options, services)
            : CreateInstance(plan, () => ActivatorUtilities.CreateInstance(services, registration.MiddlewareType!, options is null ? [] : [options]), faults);
    }

    private static object? CreateOptions(LinkPlan plan, OptionsFactory factory, FaultList faults)
    {
        try
        {
            return factory.Create(plan, faults);
        }
        catch (Exception exception)
        {
            // A configure delegate of the application may throw anything.
            AddFaults(exception, plan, faults);
            return null;
        }
    }

    private InstanceLink? CreateInstance(LinkPlan plan, Func<object> create, FaultList faults)
    {
        try
        {
            var instance = create();
            owned.Add(instance);
            return new InstanceLink(plan, instance);
        }
        catch (Exception exception)
        {
            AddFaults(exception, plan, faults);
            return null;
        }
    }

    /// <summary>Reports why a middleware could not be made or put in place.</summary>
    public static void AddFaults(Exception exception, LinkPlan plan, FaultList faults, string? place = null)
    {
        var where = place ?? plan.Where;

        while (exception is TargetInvocationException { InnerException: { } inner })
        {
            exception = inner;
        }

        switch (exception)
        {
            case OptionsValidationException invalid:
                foreach (var failure in invalid.Failures)
                {
                    faults.Add(where, $"'{plan}': {failure}", $"Set it under RouteMiddleware:{plan.Registration.Section}, or in the entry or call.");
                }

                break;
            case RouteMiddlewareException { Faults: var inner }:
                foreach (var fault in inner)
                {
                    faults.Add(fault);
                }

                break;
            default:
                faults.Add(where, $"'{plan}' can't be made: {exception.Message}", "Register what its constructor takes, or mend what it throws.");
                break;
        }
    }

    private sealed record MadeLink(Link? Link, RouteMiddlewareFault[] Faults)
    {
        public bool IsInUse { get; set; }
    }
}
