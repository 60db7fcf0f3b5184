using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Commands;

namespace RouteMiddleware.Tests.Commands;

/// <summary>An application that runs one command, and what that wrote.</summary>
internal static class CommandApp
{
    public static async Task<(int Code, string Out, string Error)> RunAsync(
        Action<WebApplicationBuilder> services,
        Action<WebApplication> app,
        string[] args,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        string environment = "Production",
        int? width = null,
        bool colors = false)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        services(builder);

        await using var application = builder.Build();
        app(application);

        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await MiddlewareCommands.RunAsync(application, args, new CommandTerminal(output, error, width, colors));
        return (code, output.ToString(), error.ToString());
    }
}
