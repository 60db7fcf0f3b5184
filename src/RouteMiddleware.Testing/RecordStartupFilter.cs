using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace RouteMiddleware.Testing;

/// <summary>Begins the record of each request in front of the whole pipeline.</summary>
internal sealed class RecordStartupFilter(MiddlewareRecorder recorder) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => context =>
        {
            recorder.Begin(context);
            return rest(context);
        });
        next(app);
    };
}
