using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

public sealed class CommonMiddlewareTests
{
    private const string Secret = "the detail that callers must not see";

    [Fact]
    public async Task Exception_InProduction_IsAProblemWithoutDetails()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/fail/{id}", static string (int id) => throw new InvalidOperationException(Secret)), list: "request_id, common");

        foreach (var accept in (string?[])[null, ErrorApp.Browser, "application/json", "text/plain"])
        {
            using var response = await app.GetAsync("/fail/7?q=1", accept);
            var body = await response.Content.ReadAsStringAsync();
            var problem = JsonDocument.Parse(body).RootElement;

            Assert.Equal(500, (int)response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
            Assert.Equal("internal_error", problem.GetProperty("code").GetString());
            Assert.Equal("Internal server error", problem.GetProperty("title").GetString());
            Assert.Equal(500, problem.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
            Assert.Equal(response.Headers.GetValues("X-Request-ID").Single(), problem.GetProperty("requestId").GetString());
            Assert.False(problem.TryGetProperty("exception", out _));
            Assert.DoesNotContain(Secret, body, StringComparison.Ordinal);
            Assert.DoesNotContain("InvalidOperation", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/sync")]
    [InlineData("/async")]
    [InlineData("/delegate")]
    public async Task Exception_OfAnyHandler_IsLoggedOnceWithItsStack(string path)
    {
        await using var app = await ErrorApp.StartAsync(Map);

        Assert.Equal((500, "internal_error"), await app.CodeAsync(path));

        var error = Assert.Single(app.Errors());
        Assert.Equal("Unhandled", error.EventId.Name);
        Assert.Equal($"GET '{path}' failed: nobody caught the exception.", error.Message);
        Assert.Equal(Secret, error.Exception!.Message);
        Assert.Contains(nameof(CommonMiddlewareTests), error.Exception.StackTrace, StringComparison.Ordinal);

        static void Map(WebApplication app)
        {
            app.MapGet("/sync", static string () => throw new InvalidOperationException(Secret));
            app.MapGet("/async", static async Task<string> () =>
            {
                await Task.Yield();
                throw new InvalidOperationException(Secret);
            });
            app.MapGet("/delegate", static (HttpContext context) => context is not null ? throw new InvalidOperationException(Secret) : Task.CompletedTask);
        }
    }

    [Fact]
    public async Task Exception_OfAMiddlewareOrAResult_IsAnsweredToo()
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                app.MapGet("/route", static () => "ok").WithMiddleware(static (context, next) => throw new InvalidOperationException(Secret));
                app.MapGet("/result", static () => new FailingResult());
                app.MapGet("/json", static () => new { Value = new FailingValue() });
                app.MapGet("/own", static string () => throw new InvalidOperationException(Secret)).WithMiddleware("common").WithoutMiddleware("common").WithMiddleware("common");
            },
            static builder => builder.AddMiddleware("thrower", static (context, next) => context.Request.Path == "/global" ? throw new InvalidOperationException(Secret) : next(context)),
            list: "common, thrower");

        foreach (var path in (string[])["/route", "/result", "/json", "/global", "/own"])
        {
            Assert.Equal((500, "internal_error"), await app.CodeAsync(path));
        }

        Assert.Equal(5, app.Errors().Count);
    }

    [Fact]
    public async Task Answers_ThatAreNoExceptions_StayWhatTheyAre()
    {
        await using var app = await ErrorApp.StartAsync(static app =>
        {
            app.MapGet("/number/{id:int}", static (int id) => id);
            app.MapGet("/needs", static (int q) => q);
            app.MapPost("/json", static (Dictionary<string, int> value) => value.Count);
            app.MapGet("/status/{code}", static (int code) => Results.StatusCode(code));
        });

        Assert.StartsWith("HTTP/1.1 404 ", await app.SendRawAsync(ErrorApp.Request("GET", "/nowhere")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405 ", await app.SendRawAsync(ErrorApp.Request("DELETE", "/number/1")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await app.SendRawAsync(ErrorApp.Request("GET", "/needs?q=x")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 415 ", await app.SendRawAsync(ErrorApp.Request("POST", "/json", "Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503 ", await app.SendRawAsync(ErrorApp.Request("GET", "/status/503")), StringComparison.Ordinal);
        Assert.Empty(app.Errors());
    }

    [Fact]
    public async Task Headers_OfOuterMiddleware_SurviveAndThoseOfTheFailedContentDoNot()
    {
        await using var app = await ErrorApp.StartAsync(
            static app => app.MapGet("/", static string (HttpContext context) =>
            {
                context.Response.ContentType = "image/png";
                context.Response.ContentLength = 4711;
                context.Response.Headers.ETag = "\"1\"";
                context.Response.Headers.CacheControl = "public, max-age=60";
                context.Response.StatusCode = 200;
                throw new InvalidOperationException(Secret);
            }),
            list: "request_id, timing, security_headers, common, outer",
            services: static builder => builder.AddMiddleware("outer", static (context, next) =>
            {
                context.Response.Headers["X-Inner"] = "kept";
                return next(context);
            }),
            front: static app => app.Use(static (context, next) =>
            {
                context.Response.Headers["X-Direct"] = "kept";
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers["X-Starting"] = "kept";
                    return Task.CompletedTask;
                });
                return next(context);
            }));

        using var response = await app.GetAsync("/");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Null(response.Headers.ETag);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.All((string[])["X-Request-ID", "X-Response-Time", "X-Frame-Options", "X-Direct", "X-Starting", "X-Inner"], header => Assert.Single(response.Headers.GetValues(header)));
    }

    [Fact]
    public async Task ExceptionHandler_OfTheFramework_BehindAnswersItselfAndInFrontIsNotAsked()
    {
        await using var behind = await ErrorApp.StartAsync(static app =>
        {
            app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled")));
            app.MapGet("/", static string () => throw new InvalidOperationException(Secret));
        });
        await using var front = await ErrorApp.StartAsync(
            static app => app.MapGet("/", static string () => throw new InvalidOperationException(Secret)),
            front: static app => app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled"))));

        Assert.Equal((500, "handled"), await behind.AnswerAsync("/"));
        Assert.Equal((500, "internal_error"), await front.CodeAsync("/"));
        Assert.Single(front.Errors());
    }

    [Fact]
    public async Task Feature_OfTheError_IsThereForWhoeverAsksWhenHeadersGoOut()
    {
        IExceptionHandlerPathFeature? seen = null;
        await using var app = await ErrorApp.StartAsync(
            static app => app.MapGet("/fail", static string () => throw new InvalidOperationException(Secret)),
            front: app => app.Use((context, next) =>
            {
                context.Response.OnStarting(() =>
                {
                    seen = context.Features.Get<IExceptionHandlerPathFeature>();
                    Assert.Same(seen, context.Features.Get<IExceptionHandlerFeature>());
                    return Task.CompletedTask;
                });
                return next(context);
            }));

        await app.AnswerAsync("/fail");

        Assert.Equal(Secret, seen!.Error.Message);
        Assert.Equal("/fail", seen.Path);
        Assert.Contains("/fail", seen.Endpoint!.DisplayName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task L1_Path_WithControlCharactersAndBraces_IsOneLineOfTheLog()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/fail/{text}", static string (string text) => throw new InvalidOperationException(Secret)));

        Assert.StartsWith("HTTP/1.1 500 ", await app.SendRawAsync(ErrorApp.Request("GET", "/fail/a%0d%0aInjected:%201%1b[31m%e2%80%a8{0}{Path}")), StringComparison.Ordinal);

        var message = Assert.Single(app.Errors()).Message;
        Assert.StartsWith("GET '/fail/a%0D%0AInjected:%201%1B", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, static letter => char.IsControl(letter) || letter > '~');
    }

    [Fact]
    public async Task E6_DeepRecursion_IsAnErrorLikeOthers()
    {
        foreach (var environment in (string[])["Production", "Development"])
        {
            await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static () => Dive(0)), environment: environment);

            Assert.Equal(500, (await app.AnswerAsync("/")).Status);
            Assert.IsType<InsufficientExecutionStackException>(Assert.Single(app.Errors()).Exception);
        }

        static int Dive(int depth)
        {
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            return Dive(depth + 1) + 1;
        }
    }

    [Fact]
    public async Task Common_TwiceInOneChain_StopsTheStart()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ErrorApp.StartAsync(static app => app.MapGet("/", static () => "ok").WithCommon()));

        Assert.Contains(error.Faults, static fault => fault.What.Contains("second 'common'", StringComparison.Ordinal));
    }

    private sealed class FailingValue
    {
        public string Text => throw new InvalidOperationException(Secret);
    }
}
