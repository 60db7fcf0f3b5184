using System.Security.Claims;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Benchmarks.Auth;

/// <summary>One request with a good token: the JwtBearer handler alone; <c>auth</c> at the token's first sight; <c>auth</c> when it has seen the token.</summary>
[MemoryDiagnoser]
public class AuthBenchmarks
{
    // More than the cache keeps, so that each comes as a stranger again.
    private const int Strangers = 10_000;
    private const string Secret = "Zr7!pQ2w#Lk9vXe4Tn8sBd1Hf6Jm3GyC5Ua0";

    private static readonly RequestDelegate Handler = static _ => Task.CompletedTask;

    private readonly string[] _headers = new string[Strangers];
    private ServiceProvider _services = null!;
    private AuthenticationScheme _scheme = null!;
    private DefaultHttpContext _context = null!;
    private AuthMiddleware _auth = null!;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        var clock = TimeProvider.System;
        var options = new AuthOptions { Secret = Secret };
        var issuer = new JwtIssuer(new Shared(options), clock);

        for (var i = 0; i < Strangers; i++)
        {
            _headers[i] = $"Bearer {issuer.Issue([new Claim("sub", $"{i}"), new Claim("name", "Ann"), new Claim("role", "admin")], TimeSpan.FromHours(8))}";
        }

        var services = new ServiceCollection().AddLogging();
        services.AddAuthentication().AddJwtBearer(bearer => bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidateIssuer = false,
            ValidateAudience = false,
            IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Secret)),
        });
        _services = services.BuildServiceProvider();
        _scheme = new AuthenticationScheme(JwtBearerDefaults.AuthenticationScheme, null, typeof(JwtBearerHandler));
        _context = new DefaultHttpContext { RequestServices = _services };

        var verifiers = new BearerVerifiers(new MemoryJwtDenyList(clock), new IssuerKeySources(clock, NullLogger<IssuerKeySources>.Instance), clock);
        _auth = new AuthMiddleware(options, verifiers, new ServiceCollection().BuildServiceProvider(), NullLogger<AuthMiddleware>.Instance);
    }

    [GlobalCleanup]
    public void Cleanup() => _services.Dispose();

    [Benchmark(Baseline = true)]
    public async Task<bool> JwtBearerAlone()
    {
        _context.Request.Headers.Authorization = _headers[0];
        var handler = _services.GetRequiredService<JwtBearerHandler>();
        await handler.InitializeAsync(_scheme, _context);
        var result = await handler.AuthenticateAsync();
        return result.Succeeded ? true : throw new InvalidOperationException("The token was refused.");
    }

    [Benchmark]
    public Task<bool> FirstSight() => RunAsync(_headers[_next = (_next + 1) % Strangers]);

    [Benchmark]
    public Task<bool> SeenBefore() => RunAsync(_headers[0]);

    private async Task<bool> RunAsync(string header)
    {
        // As on a new request: nobody has looked at the token yet.
        _context.Features.Set<IAuthenticateResultFeature>(null);
        _context.Request.Headers.Authorization = header;
        await _auth.InvokeAsync(_context, Handler);
        return _context.Response.StatusCode == StatusCodes.Status200OK ? true : throw new InvalidOperationException("The token was refused.");
    }

    private sealed class Shared(AuthOptions options) : ISharedOptions
    {
        // Nothing is reloaded here.
        public event EventHandler? Reloaded
        {
            add { }
            remove { }
        }

        public TOptions Get<TOptions>(string alias)
            where TOptions : class
            => (TOptions)(object)options;
    }
}
