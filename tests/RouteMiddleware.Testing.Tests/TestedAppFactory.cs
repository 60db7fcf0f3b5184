using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace RouteMiddleware.Testing.Tests;

/// <summary>The application has no folder of its own.</summary>
public sealed class TestedAppFactory : WebApplicationFactory<TestedApp>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseContentRoot(AppContext.BaseDirectory).UseEnvironment("Production");
    }
}
