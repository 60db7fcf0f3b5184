using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.StaticFiles;

/// <summary>
/// Serves files by ASP.NET Core's own middleware. In the global list where no endpoint matches; on a route in the handler stage, when everything else of the chain
/// has let the request pass: the handler answers where there is no file.
/// </summary>
internal sealed class StaticFilesMiddleware : IMiddleware, IHandlerStageFactory, IEndpointContributor, IDescribeAnswers, IDisposable
{
    private readonly StaticFileMiddleware _inBox;
    private readonly PhysicalFileProvider? _files;
    private bool _hasHandlerStage;

    public StaticFilesMiddleware(StaticFilesOptions options, IWebHostEnvironment environment, ILoggerFactory loggers)
    {
        var root = options.Root is null ? null : Path.GetFullPath(options.Root, environment.ContentRootPath);
        options.ThrowIfInvalid(root, environment.ContentRootPath);

        var types = new FileExtensionContentTypeProvider();

        foreach (var (extension, type) in options.ContentTypes)
        {
            types.Mappings.Remove(extension);

            if (!string.IsNullOrWhiteSpace(type))
            {
                types.Mappings[extension] = type;
            }
        }

        _files = root is null ? null : new PhysicalFileProvider(root);
        var settings = new StaticFileOptions
        {
            RequestPath = options.RequestPath,
            FileProvider = _files,
            ContentTypeProvider = types,
            ServeUnknownFileTypes = options.ServeUnknownFileTypes,
            DefaultContentType = options.DefaultContentType,
        };

        if (options.CacheMaxAge is { } maxAge)
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)maxAge.TotalSeconds}");
            settings.OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = value;
        }

        _inBox = new StaticFileMiddleware(Passed.NoteAsync, environment, Options.Create(settings), loggers);
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => context.GetEndpoint()?.RequestDelegate is null ? ServeOrGoOnAsync(context, next) : next(context);

    /// <inheritdoc/>
    public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        _hasHandlerStage = true;
        return invocation => ServeInPlaceOfHandlerAsync(invocation, next);
    }

    /// <inheritdoc/>
    public void Contribute(EndpointBuilder endpointBuilder)
    {
        // Endpoints are built one after the other, each with its handler stage first.
        if (!_hasHandlerStage)
        {
            throw new InvalidOperationException("the endpoint has no handler stage, in which files are served; put it on a route handler, or in the global list");
        }

        _hasHandlerStage = false;
    }

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers)
    {
        // In the global list it leaves endpoints alone; on a route, files answer as the handler does, with 200.
    }

    public void Dispose() => _files?.Dispose();

    private async ValueTask<object?> ServeInPlaceOfHandlerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext;
        var endpoint = request.GetEndpoint();

        // The in-box middleware leaves every request to its endpoint. A failed binding has its own answer.
        if (endpoint is null || request.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            return await next(context).ConfigureAwait(false);
        }

        bool served;
        request.SetEndpoint(null);

        try
        {
            served = await ServeAsync(request).ConfigureAwait(false);
        }
        finally
        {
            request.SetEndpoint(endpoint);
        }

        return served ? Results.Empty : await next(context).ConfigureAwait(false);
    }

    private async Task ServeOrGoOnAsync(HttpContext context, RequestDelegate next)
    {
        if (!await ServeAsync(context).ConfigureAwait(false))
        {
            await next(context).ConfigureAwait(false);
        }
    }

    private async Task<bool> ServeAsync(HttpContext context)
    {
        context.Features.Set<Passed>(null);
        await _inBox.Invoke(context).ConfigureAwait(false);
        return context.Features.Get<Passed>() is null;
    }

    /// <summary>Notes on a request that there is no file for it.</summary>
    private sealed class Passed
    {
        private static readonly Passed Note = new();

        public static Task NoteAsync(HttpContext context)
        {
            context.Features.Set(Note);
            return Task.CompletedTask;
        }
    }
}
