using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>The stack from ASP.NET Core's own parts: JwtBearer and the RateLimiter; what it lacks by hand.</summary>
internal static class InBoxParts
{
    public static void AddServices(IServiceCollection services, int limit)
    {
        AddAuthentication(services);
        services.AddRateLimiter(options => options.AddPolicy("api", context => RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1) })));
    }

    public static void AddAuthentication(IServiceCollection services)
    {
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options => options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidateIssuer = false,
            ValidateAudience = false,
            IssuerSigningKey = new SymmetricSecurityKey(WireServer.Key),
        });
        services.AddAuthorization();
    }

    public static void Map(WebApplication app)
    {
        app.Use(HandHeaders.RequestIdAsync).Use(HandHeaders.TimingAsync).Use(HandHeaders.SecurityAsync);
        app.UseAuthentication().UseAuthorization().UseRateLimiter();
        app.MapGet("/", (HttpContext context) => new Answer("hello", int.Parse(SignedValue.Read(context.Request.Cookies["hand"]) ?? "0", CultureInfo.InvariantCulture)))
            .RequireAuthorization()
            .RequireRateLimiting("api");
    }
}
