using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Testing;

/// <summary>Changes the middleware of an application under test, and records what runs. Each call makes a factory of its own and leaves the one it was called on as it is.</summary>
public static class RouteMiddlewareWebApplicationFactoryExtensions
{
    private const DynamicallyAccessedMemberTypes KeptMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>
    /// Switches middleware off wherever they stand: global list, groups and routes. They stay in their chains and let every request pass, so that rules, order and what other
    /// middleware need are checked as ever, and routes that take them off still start.
    /// </summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="aliases">The aliases. One that is not there refuses the start.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> WithoutMiddleware<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory, params string[] aliases)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(aliases);

        return factory.With(services =>
        {
            foreach (var alias in aliases)
            {
                services.AddRouteMiddleware().Substitute(alias, static (context, next) => next(context));
                services.AddSingleton(new SwitchedOff(alias));
            }
        });
    }

    /// <summary>Runs a delegate in the place of a middleware, wherever that one stands. What it stands for keeps its options, its order and its rules.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="alias">The alias. One that is not there refuses the start.</param>
    /// <param name="middleware">Runs in its place.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> ReplaceMiddleware<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory, string alias, Func<HttpContext, RequestDelegate, Task> middleware)
        where TEntryPoint : class
        => factory.With(services => services.AddRouteMiddleware().Substitute(alias, middleware));

    /// <summary>Runs a class in the place of a middleware, wherever that one stands. What it stands for keeps its options, its order and its rules.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes; its constructor may take the options of the one that it stands for.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="alias">The alias. One that is not there refuses the start.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> ReplaceMiddleware<TEntryPoint, [DynamicallyAccessedMembers(KeptMembers)] TMiddleware>(this WebApplicationFactory<TEntryPoint> factory, string alias)
        where TEntryPoint : class
        where TMiddleware : class
        => factory.ReplaceMiddleware(alias, typeof(TMiddleware));

    /// <summary>Runs a class in the place of a middleware, wherever that one stands. What it stands for keeps its options, its order and its rules.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="alias">The alias. One that is not there refuses the start.</param>
    /// <param name="middleware">A class in any of ASP.NET Core's shapes; its constructor may take the options of the one that it stands for.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> ReplaceMiddleware<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory, string alias, [DynamicallyAccessedMembers(KeptMembers)] Type middleware)
        where TEntryPoint : class
        => factory.With(services => services.AddRouteMiddleware().Substitute(alias, middleware));

    /// <summary>Has the last word on the options of a middleware, wherever it stands: <c>factory.ConfigureMiddleware("rate_limit", (RateLimitOptions o) => o.PermitLimit = 2)</c>.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <typeparam name="TOptions">The class of its options.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="alias">The alias. One that is not there, or has other options, refuses the start.</param>
    /// <param name="configure">Changes the options of each attachment, behind settings, arguments and calls.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> ConfigureMiddleware<TEntryPoint, TOptions>(this WebApplicationFactory<TEntryPoint> factory, string alias, Action<TOptions> configure)
        where TEntryPoint : class
        where TOptions : class
        => factory.With(services => services.AddRouteMiddleware().PostConfigure(alias, configure));

    /// <summary>Gives the application another clock: the service <see cref="TimeProvider"/>.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="clock">The clock, for example a <see cref="ManualClock"/>.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> WithClock<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory, TimeProvider clock)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(clock);
        return factory.With(services => services.Replace(ServiceDescriptor.Singleton(clock)));
    }

    /// <summary>Records which middleware each request comes to: <c>response.Middleware().Ran("auth")</c>. By <c>TestServer</c> and by Kestrel (<c>factory.UseKestrel()</c>) alike.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <returns>A factory of the application that records.</returns>
    public static WebApplicationFactory<TEntryPoint> WithMiddlewareRecord<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
        => factory.With(static services => services.AddMiddlewareRecord());

    /// <summary>The records of the latest ten thousand requests, oldest first, those without an answer included.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">A factory made by <see cref="WithMiddlewareRecord"/>.</param>
    /// <returns>The records.</returns>
    public static IReadOnlyList<MiddlewareRecord> MiddlewareRecords<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return (factory.Services.GetService<MiddlewareRecorder>() ?? throw new InvalidOperationException("This host does not record: make it by factory.WithMiddlewareRecord().")).Records;
    }

    /// <summary>Starts the application in memory, which checks its middleware and its rules. No port is opened by <c>TestServer</c>.</summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <exception cref="RouteMiddlewareException">The start is refused; with every fault.</exception>
    public static void CheckMiddleware<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        _ = factory.Services;
    }

    internal static WebApplicationFactory<TEntryPoint> With<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory, Action<IServiceCollection> configure)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.WithWebHostBuilder(builder => builder.ConfigureTestServices(configure));
    }
}
