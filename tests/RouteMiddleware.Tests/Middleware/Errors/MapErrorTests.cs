using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Tests.Middleware.Errors;

public sealed class MapErrorTests
{
    [Theory]
    [InlineData(404, "not_found")]
    [InlineData(409, "conflict")]
    [InlineData(418, "im_a_teapot")]
    [InlineData(422, "unprocessable_entity")]
    [InlineData(500, "internal_error")]
    [InlineData(503, "service_unavailable")]
    [InlineData(599, "status_599")]
    public async Task Exception_MappedToAStatus_IsAProblemOfIt(int status, string code)
    {
        await using var app = await ErrorApp.StartAsync(
            static app => app.MapGet("/", static string () => throw new KeyNotFoundException("order 4711 of a secret customer")),
            builder => builder.MapError<KeyNotFoundException>(status),
            list: "request_id, common");

        using var response = await app.GetAsync("/");
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("requestId").GetString()!);
        Assert.DoesNotContain("4711", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal(status >= 500 ? 1 : 0, app.Errors().Count);
        Assert.Equal(status >= 500 ? 0 : 1, app.Logs.Records.Count(static record => record.EventId.Name == "Mapped"));
    }

    [Fact]
    public async Task Exception_MappedToAResult_IsAnsweredByIt()
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                app.MapGet("/", static string () => throw new TimeoutException("slow"));
                app.MapGet("/ok", static string () => throw new KeyNotFoundException());
            },
            static builder => builder
                .MapError<TimeoutException>(static (context, exception) => Results.Text($"{context.Request.Path} is {exception.Message}", statusCode: 504))
                .MapError<KeyNotFoundException>(static (_, _) => Results.Ok("the default")));

        Assert.Equal((504, "/ is slow"), await app.AnswerAsync("/"));
        Assert.Equal((200, "\"the default\""), await app.AnswerAsync("/ok"));
    }

    [Fact]
    public async Task Mapping_OfAGroup_AnswersThereAndNowhereElse()
    {
        await using var app = await ErrorApp.StartAsync(static app =>
        {
            app.MapGroup("/in").MapError<KeyNotFoundException>(404).MapGet("/", static string () => throw new KeyNotFoundException());
            app.MapGroup("/other").MapGet("/", static string () => throw new KeyNotFoundException());
            app.MapGet("/out", static string () => throw new KeyNotFoundException());
        });

        Assert.Equal((404, "not_found"), await app.CodeAsync("/in"));
        Assert.Equal((500, "internal_error"), await app.CodeAsync("/other"));
        Assert.Equal((500, "internal_error"), await app.CodeAsync("/out"));
    }

    [Fact]
    public async Task Mappings_OfSeveralPlaces_AreAskedFromTheInsideOut()
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                var outer = app.MapGroup("").MapError<DivideByZeroException>(402).MapError<FormatException>(403).MapError<TimeoutException>(405);
                var inner = outer.MapGroup("").MapError<ArithmeticException>(406).MapError<TimeoutException>(407);
                inner.MapGet("/null", static string () => throw new DivideByZeroException());
                inner.MapGet("/format", static string () => throw new FormatException());
                inner.MapGet("/timeout", static string () => throw new TimeoutException()).MapError<TimeoutException>(409);
                inner.MapGet("/inner", static string () => throw new TimeoutException());
                inner.MapGet("/general", static string () => throw new NotSupportedException());
                inner.MapGet("/base", static string () => throw new OverflowException()).MapError<Exception>(410);
            },
            static builder => builder.MapError<DivideByZeroException>(411).MapError<NotSupportedException>(412).MapError<TimeoutException>(414));

        // An inner base class wins over the outer class itself: places come before classes.
        Assert.Equal(406, (await app.AnswerAsync("/null")).Status);
        Assert.Equal(403, (await app.AnswerAsync("/format")).Status);
        Assert.Equal(409, (await app.AnswerAsync("/timeout")).Status);
        Assert.Equal(407, (await app.AnswerAsync("/inner")).Status);
        Assert.Equal(412, (await app.AnswerAsync("/general")).Status);
        Assert.Equal(410, (await app.AnswerAsync("/base")).Status);
    }

    [Fact]
    public async Task Mappings_OfOnePlace_TheNearestClassWinsAndTheLaterOfTwo()
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                app.MapGet("/null", static string () => throw new DivideByZeroException());
                app.MapGet("/range", static string () => throw new OverflowException());
                app.MapGet("/other", static string () => throw new TimeoutException());
                app.MapGet("/bad", static string () => throw new BadHttpRequestException("bad"));
            },
            static builder => builder
                .MapError<DivideByZeroException>(402).MapError<Exception>(403).MapError<ArithmeticException>(409).MapError<ArithmeticException>(410)
                .MapError<BadHttpRequestException>(422));

        Assert.Equal(402, (await app.AnswerAsync("/null")).Status);
        Assert.Equal(410, (await app.AnswerAsync("/range")).Status);
        Assert.Equal(403, (await app.AnswerAsync("/other")).Status);
        Assert.Equal(422, (await app.AnswerAsync("/bad")).Status);
    }

    [Fact]
    public async Task Mapping_OnAnyKindOfEndpoint_Answers()
    {
        await using var app = await ErrorApp.StartAsync(static app =>
        {
            IEndpointConventionBuilder any = app.MapGet("/any", static (HttpContext context) => context is null ? Task.CompletedTask : throw new TimeoutException());
            any.MapError<TimeoutException>(static (_, exception) => Results.Text(exception.Message, statusCode: 504)).WithDisplayName("any");
            app.MapGet("/handler", static string () => throw new TimeoutException()).MapError<TimeoutException>(static (_, _) => Results.StatusCode(418)).WithName("handler");
            app.MapGroup("/group").MapError<TimeoutException>(static (_, _) => Results.StatusCode(419)).MapGet("/", static string () => throw new TimeoutException());
            app.MapGet("/convention", static (HttpContext context) => context is null ? Task.CompletedTask : throw new TimeoutException()).MapError<TimeoutException>(507);
        });

        Assert.Equal(504, (await app.AnswerAsync("/any")).Status);
        Assert.Equal(418, (await app.AnswerAsync("/handler")).Status);
        Assert.Equal(419, (await app.AnswerAsync("/group")).Status);
        Assert.Equal(507, (await app.AnswerAsync("/convention")).Status);
    }

    [Fact]
    public async Task Mapping_OfAStatus_DescribesTheEndpoint()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static () => "ok").MapError<TimeoutException>(409).MapError<KeyNotFoundException>(404));

        var endpoint = app.App.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints.Single();
        var described = endpoint.Metadata.GetOrderedMetadata<ProducesResponseTypeMetadata>().Where(static one => one.Type == typeof(ProblemDetails)).Select(static one => one.StatusCode);

        Assert.Equal([404, 409], described.Order());
    }

    [Fact]
    public async Task ExceptionHandlers_OfTheApplication_AreAskedBehindTheMappings()
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                app.MapGet("/mapped", static string () => throw new KeyNotFoundException());
                app.MapGet("/handled", static string () => throw new TimeoutException("slow"));
                app.MapGet("/nobody", static string () => throw new FormatException());
            },
            static builder =>
            {
                builder.MapError<KeyNotFoundException>(404);
                builder.Services.AddExceptionHandler<Declining>().AddExceptionHandler<Handling>();
            });

        Assert.Equal((404, "not_found"), await app.CodeAsync("/mapped"));
        Assert.Equal((504, "slow"), await app.AnswerAsync("/handled"));
        Assert.Equal(LogLevel.Debug, app.Logs.Records.Single(static record => record.EventId.Name == "Handled").Level);
        Assert.Empty(app.Errors());
        Assert.Equal((500, "internal_error"), await app.CodeAsync("/nobody"));
        Assert.Single(app.Errors());
    }

    private sealed class Declining : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            httpContext.Response.ContentType = "text/wrong";
            return ValueTask.FromResult(false);
        }
    }

    private sealed class Handling : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not TimeoutException)
            {
                return false;
            }

            Assert.Null(httpContext.Response.ContentType);
            Assert.Equal(500, httpContext.Response.StatusCode);
            httpContext.Response.StatusCode = 504;
            await httpContext.Response.WriteAsync(exception.Message, cancellationToken);
            return true;
        }
    }
}
