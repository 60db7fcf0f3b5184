using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>An application whose middleware, in each shape that has options, write these into the trail; and a configuration that tests edit while it runs.</summary>
internal static class ReloadApp
{
    public const string List = "RouteMiddleware:Middleware";
    public const string Version = "RouteMiddleware:Version:Number";

    public static Task<TestApp> StartAsync(
        Action<WebApplication> map,
        IEnumerable<KeyValuePair<string, string?>> settings,
        Action<WebApplicationBuilder>? services = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware()
                    .AddMiddleware<Instance, VersionOptions>("instance", section: "Version")
                    .AddMiddleware<Both, VersionOptions>("both", section: "Version")
                    .AddMiddleware<Hook, VersionOptions>("hook", section: "Version")
                    .AddMiddleware<Convention, VersionOptions>("convention", section: "Version")
                    .AddMiddleware<Counting>("counting")
                    .AddMiddleware<Sized, SizedOptions>("sized");
                services?.Invoke(builder);
            },
            app =>
            {
                app.UseRouteMiddleware();
                map(app);
            },
            settings);

    /// <summary>Edits the configuration; a value of <see langword="null"/> takes a key out.</summary>
    public static void Edit(this TestApp app, params (string Key, string? Value)[] edits)
    {
        foreach (var (key, value) in edits)
        {
            app.App.Configuration[key] = value;
        }

        ((IConfigurationRoot)app.App.Configuration).Reload();
    }

    public sealed class VersionOptions
    {
        public int Number { get; set; }

        public string? Unused { get; set; }
    }

    private sealed class Instance(VersionOptions options) : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, $"i{options.Number}");
            return next(context);
        }
    }

    private sealed class Both(VersionOptions options) : IMiddleware, IEndpointFilter
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, $"r{options.Number}");
            return next(context);
        }

        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            Trail.Leave(context.HttpContext, $"f{options.Number}");
            return next(context);
        }
    }

    private sealed class Hook(VersionOptions options) : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context)
        {
            Trail.Leave(context, $"h{options.Number}");
            return default;
        }
    }

    private sealed class Convention(RequestDelegate next, VersionOptions options)
    {
        private readonly int _number = options.Number is not -13 ? options.Number : throw new ArgumentException("-13 is not wanted.", nameof(options));

        public Task InvokeAsync(HttpContext context)
        {
            Trail.Leave(context, $"c{_number}");
            return next(context);
        }
    }

    /// <summary>Counts its requests: it must live on while the options of its neighbours change.</summary>
    private sealed class Counting(RequestDelegate next)
    {
        private int _count;

        public Task InvokeAsync(HttpContext context)
        {
            Trail.Leave(context, $"#{Interlocked.Increment(ref _count)}");
            return next(context);
        }
    }
}
