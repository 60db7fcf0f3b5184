using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Abstractions;

public sealed class HookMiddlewareTests
{
    private readonly ConcurrentQueue<string> _record = new();

    private string Record => string.Join(", ", _record);

    [Fact]
    public async Task Hooks_OfAChain_RunInOrderAndBackInReverse()
    {
        await using var app = await StartAsync([Hook("a"), Hook("b"), Hook("c")]);

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("before a, before b, before c, after c, after b, after a", Record);
    }

    [Fact]
    public async Task Hooks_WithOtherMiddlewareBetween_KeepTheirOrder()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", () => "ok")
                .WithMiddleware(_ => Hook("a"))
                .WithMiddleware(async (context, next) =>
                {
                    _record.Enqueue("between");
                    await next(context);
                })
                .WithMiddleware(_ => Hook("b")));

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal("before a, between, before b, after b, after a", Record);
    }

    [Fact]
    public async Task BeforeRequest_WithAResult_StopsHereAndRunsTheAfterHooksOfTheEntered()
    {
        await using var app = await StartAsync([Hook("a"), new RecordingHook("b", _record) { Before = _ => new(Results.Text("stop", statusCode: 418)) }, Hook("c")]);

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal((HttpStatusCode)418, response.StatusCode);
        Assert.Equal("stop", await response.Content.ReadAsStringAsync());
        Assert.Equal("before a, before b, after b, after a", Record);
    }

    [Fact]
    public async Task AfterResponse_AsHeadersGoOut_CanStillChangeStatusAndHeaders()
    {
        var hook = new RecordingHook("a", _record)
        {
            After = context =>
            {
                context.Response.StatusCode = 202;
                context.Response.Headers["Late"] = "yes";
                return default;
            },
        };
        await using var app = await StartAsync([hook]);

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("yes", Assert.Single(response.Headers.GetValues("Late")));
        Assert.Equal("handler", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AfterResponse_ThatThrows_IsLoggedAndTheAnswerGoesOut()
    {
        await using var app = await StartAsync([Hook("a"), new RecordingHook("b", _record) { After = static _ => throw new InvalidOperationException("after-hook") }]);

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal("handler", await response.Content.ReadAsStringAsync());
        Assert.Equal("before a, before b, after b, after a", Record);
        Assert.Single(app.Logs.Records, record => record.Level == LogLevel.Error && string.Equals(record.Exception?.Message, "after-hook", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OnError_WithAResult_AnswersAndRunsTheAfterHooksOfAllEntered()
    {
        var outer = new RecordingHook("a", _record)
        {
            Error = static (_, exception) => new(Results.Text(exception.Message, statusCode: 409)),
            After = context =>
            {
                Assert.Equal("handler failed", context.Features.Get<IExceptionHandlerFeature>()?.Error.Message);
                return default;
            },
        };
        await using var app = await StartAsync([outer, Hook("b"), Hook("c")], static _ => throw new InvalidOperationException("handler failed"));

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("handler failed", await response.Content.ReadAsStringAsync());
        Assert.Equal("before a, before b, before c, error c, error b, error a, after c, after b, after a", Record);
    }

    [Fact]
    public async Task OnError_OfAThrowingBeforeHook_CountsTheEnteredAlone()
    {
        var outer = new RecordingHook("a", _record) { Error = static (_, _) => new(Results.StatusCode(503)) };
        await using var app = await StartAsync([outer, new RecordingHook("b", _record) { Before = static _ => throw new InvalidOperationException() }, Hook("c")]);

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("before a, before b, error b, error a, after b, after a", Record);
    }

    [Fact]
    public async Task OnError_ThatThrows_IsSeenByTheNextOuterHook()
    {
        var outer = new RecordingHook("a", _record) { Error = static (_, exception) => new(Results.Text(exception.Message, statusCode: 409)) };
        var failing = new RecordingHook("b", _record) { Error = static (_, _) => throw new InvalidOperationException("error hook failed") };
        await using var app = await StartAsync([outer, failing, Hook("c")], static _ => throw new InvalidOperationException("handler failed"));

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal("error hook failed", await response.Content.ReadAsStringAsync());
        Assert.Single(app.Logs.Records, static record => record.EventId.Name is "ErrorHookFailed");
    }

    [Fact]
    public async Task OnError_WithoutAResult_GoesOnUnwinding()
    {
        await using var app = await StartAsync([Hook("a"), Hook("b")], static _ => throw new InvalidOperationException());

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.StartsWith("before a, before b, error b, error a", Record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnError_OnceTheAnswerHasStarted_DoesNotWriteAnother()
    {
        var outer = new RecordingHook("a", _record) { Error = static (_, _) => new(Results.Text("second answer")) };
        await using var app = await StartAsync([outer], static async context =>
        {
            await context.Response.WriteAsync("first half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException();
        });

        var answer = await app.SendRawAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Contains("first half", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("second answer", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ").Skip(1));
    }

    private RecordingHook Hook(string name) => new(name, _record);

    private static Task<TestApp> StartAsync(HookMiddleware[] hooks, RequestDelegate? handler = null) => TestApp.StartAsync(
        builder => builder.Services.AddRouteMiddleware(),
        app =>
        {
            var route = app.Map("/", handler ?? (static context => context.Response.WriteAsync("handler")));
            Array.ForEach(hooks, hook => route.WithMiddleware(_ => hook));
        });
}
