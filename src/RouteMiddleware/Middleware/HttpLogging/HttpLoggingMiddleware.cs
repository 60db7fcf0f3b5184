using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.DependencyInjection;
using InBoxOptions = Microsoft.AspNetCore.HttpLogging.HttpLoggingOptions;

namespace RouteMiddleware.Middleware.HttpLogging;

/// <summary>Logs requests and answers, by ASP.NET Core's own middleware.</summary>
internal sealed class HttpLoggingMiddleware : IMiddleware, IDisposable
{
    private readonly InBoxBranch _branch;

    public HttpLoggingMiddleware(HttpLoggingOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();

        _branch = new InBoxBranch(
            services,
            own =>
            {
                own.AddHttpLogging(settings => Apply(options, settings));

                foreach (var interceptor in services.GetServices<IHttpLoggingInterceptor>())
                {
                    own.AddSingleton(interceptor);
                }

                own.AddSingleton<IHttpLoggingInterceptor, LegiblePath>();
            },
            static app => app.UseHttpLogging());
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) => _branch.InvokeAsync(context, next);

    public void Dispose() => _branch.Dispose();

    private static void Apply(HttpLoggingOptions options, InBoxOptions settings)
    {
        settings.LoggingFields = options.LoggingFields.Aggregate(HttpLoggingFields.None, static (all, field) => all | field);
        settings.RequestBodyLogLimit = options.RequestBodyLogLimit;
        settings.ResponseBodyLogLimit = options.ResponseBodyLogLimit;
        settings.CombineLogs = options.CombineLogs;
        settings.RequestHeaders.UnionWith(options.RequestHeaders);
        settings.ResponseHeaders.UnionWith(options.ResponseHeaders);

        foreach (var mediaType in options.MediaTypes)
        {
            settings.MediaTypeOptions.AddText(mediaType);
        }
    }
}
