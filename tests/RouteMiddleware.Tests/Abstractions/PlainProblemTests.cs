using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Abstractions;

public sealed class PlainProblemTests
{
    [Theory]
    [InlineData("/orders/1", "0HN:1", null, null)]
    [InlineData("/orders/1", "0HN:1", null, 17.2)]
    [InlineData("", "", "", 0.0)]
    [InlineData("/a \"b\"/<c>&'+ü€😀\u0001\\", "t\"<>&'+ü€😀\u0001\u2028\\", "r\"<ü😀", 31_536_000.0)]
    public async Task Plain_OfAnyRequest_IsWhatTheFrameworkWrites(string path, string traceId, string? requestId, double? retryAfter)
    {
        var plain = await WriteAsync(static _ => { }, path, traceId, requestId, retryAfter);
        var framework = await WriteAsync(Customise, path, traceId, requestId, retryAfter);

        Assert.True(plain.IsPlain);
        Assert.False(framework.IsPlain);
        Assert.Equal((framework.Body, framework.ContentType, framework.RetryAfter), (plain.Body, plain.ContentType, plain.RetryAfter));
    }

    [Fact]
    public async Task Plain_WithAnEncoderOfTheApplication_UsesIt()
    {
        static void Strict(IServiceCollection services) => services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.Encoder = JavaScriptEncoder.Default);

        var plain = await WriteAsync(Strict, "/", "ü<", null, null);
        var framework = await WriteAsync(services => Customise(Strict, services), "/", "ü<", null, null);

        Assert.True(plain.IsPlain);
        Assert.Equal(framework.Body, plain.Body);
    }

    public static TheoryData<string> Customisations => [.. All.Keys];

    private static Dictionary<string, Action<IServiceCollection>> All { get; } = new()
    {
        ["customise"] = Customise,
        ["service"] = static services => services.AddSingleton<IProblemDetailsService, OwnService>(),
        ["writer"] = static services => services.AddSingleton<IProblemDetailsWriter, OwnWriter>(),
        ["controllers"] = static services => services.AddControllers(),
        ["indented"] = static services => services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.WriteIndented = true),
        ["keys"] = static services => services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.DictionaryKeyPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseUpper),
        ["converters"] = static services => services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter())),
    };

    [Theory]
    [MemberData(nameof(Customisations))]
    public async Task Plain_WhereTheApplicationHasASay_LeavesItToTheFramework(string customisation)
        => Assert.False((await WriteAsync(All[customisation], "/", "id", null, 1)).IsPlain);

    private static void Customise(IServiceCollection services) => services.Configure<ProblemDetailsOptions>(static options => options.CustomizeProblemDetails = static _ => { });

    private static void Customise(Action<IServiceCollection> more, IServiceCollection services)
    {
        Customise(services);
        more(services);
    }

    private static async Task<(string Body, string? ContentType, string RetryAfter, bool IsPlain)> WriteAsync(
        Action<IServiceCollection> configure,
        string path,
        string traceId,
        string? requestId,
        double? retryAfter)
    {
        var services = new ServiceCollection().AddLogging().AddProblemDetails();
        configure(services);
        await using var provider = services.BuildServiceProvider();
        var refusal = new Refusal(429, "rate_limit_exceeded", "Too \"many\" requests", "Wait a little, <b>please</b>.");

        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = provider, TraceIdentifier = traceId };
        context.Request.Path = path;
        context.Response.Body = body;

        if (requestId is not null)
        {
            context.Features.Set<IRequestIdFeature>(new RequestId(requestId));
        }

        await refusal.WriteAsync(context, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

        Assert.Equal(429, context.Response.StatusCode);
        Assert.Equal("no-store", context.Response.Headers.CacheControl);

        // The framework's writer does not tell the length.
        return (Encoding.UTF8.GetString(body.ToArray()), context.Response.ContentType, context.Response.Headers.RetryAfter.ToString(), context.Response.ContentLength == body.Length);
    }

    private sealed class RequestId(string id) : IRequestIdFeature
    {
        string IRequestIdFeature.RequestId => id;
    }

    private sealed class OwnService : IProblemDetailsService
    {
        public ValueTask WriteAsync(ProblemDetailsContext context) => ValueTask.CompletedTask;
    }

    private sealed class OwnWriter : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => false;

        public ValueTask WriteAsync(ProblemDetailsContext context) => ValueTask.CompletedTask;
    }
}
