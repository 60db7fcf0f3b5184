using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using InBoxOptions = Microsoft.AspNetCore.OutputCaching.OutputCacheOptions;

namespace RouteMiddleware.Middleware.OutputCache;

/// <summary>Keeps answers in ASP.NET Core's output cache: its middleware with a base policy of this attachment's, over the application's store.</summary>
[OncePerChain]
internal sealed class OutputCacheMiddleware : IMiddleware, IDisposable
{
    private readonly InBoxBranch _branch;

    public OutputCacheMiddleware(OutputCacheOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();

        var (duration, application) = (options.Duration, services.GetRequiredService<IOptions<InBoxOptions>>().Value);
        var (tags, query, headers) = (options.Tags.ToArray(), options.VaryByQuery.ToArray(), options.VaryByHeader.ToArray());

        _branch = new InBoxBranch(
            services,
            own => own
                .AddOutputCache(settings =>
                {
                    settings.SizeLimit = application.SizeLimit;
                    settings.MaximumBodySize = application.MaximumBodySize;
                    settings.UseCaseSensitivePaths = application.UseCaseSensitivePaths;
                    settings.DefaultExpirationTimeSpan = duration;
                    settings.AddBasePolicy(policy => policy.Expire(duration).Tag(tags).SetVaryByQuery(query).SetVaryByHeader(headers));
                })
                .AddSingleton(services.GetRequiredService<IOutputCacheStore>()),
            static app => app.UseOutputCache());
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) => _branch.InvokeAsync(context, next);

    public void Dispose() => _branch.Dispose();
}
