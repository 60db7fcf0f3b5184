using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.RequestDecompression;

/// <summary>Unpacks compressed request bodies, by ASP.NET Core's own middleware.</summary>
internal sealed class RequestDecompressionMiddleware : IMiddleware, IDisposable
{
    private readonly InBoxBranch _branch;

    public RequestDecompressionMiddleware(RequestDecompressionOptions options, IServiceProvider services)
    {
        options.ThrowIfInvalid();
        string[] encodings = [.. options.Encodings.Distinct(StringComparer.OrdinalIgnoreCase)];

        _branch = new InBoxBranch(
            services,
            own => own.AddRequestDecompression(settings =>
            {
                settings.DecompressionProviders.Clear();
                Array.ForEach(encodings, encoding => settings.DecompressionProviders.Add(encoding, new PackedBody(encoding)));
            }),
            static app => app.UseRequestDecompression());
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => context.Request.Headers.ContentEncoding.Count == 0 ? next(context) : _branch.InvokeAsync(context, next);

    public void Dispose() => _branch.Dispose();
}
