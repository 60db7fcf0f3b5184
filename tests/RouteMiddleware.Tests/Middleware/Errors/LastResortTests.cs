using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>Row E5: what fails while an error is answered ends in a plain 500, and both errors are logged.</summary>
public sealed class LastResortTests
{
    private static readonly Action<WebApplication> Routes = static app => app.MapGet("/", static string () => throw new TimeoutException("the first"));

    [Fact]
    public async Task E5_MappingThatThrows_IsAPlain500()
        => await AssertPlainAsync(static builder => builder.MapError<TimeoutException>(static (_, _) => throw new FormatException("the second")));

    [Fact]
    public async Task E5_MappingThatGivesNothing_IsAPlain500()
        => await AssertPlainAsync(static builder => builder.MapError<TimeoutException>(static (_, _) => null!));

    [Fact]
    public async Task E5_MappedResultThatThrows_IsAPlain500()
        => await AssertPlainAsync(static builder => builder.MapError<TimeoutException>(static (_, _) => new FailingResult()));

    [Fact]
    public async Task E5_ExceptionHandlerThatThrows_IsAPlain500()
        => await AssertPlainAsync(static builder => builder.Services.AddExceptionHandler<Throwing>());

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task E5_ProblemDetailsThatThrow_ArePlainAsWell(string environment)
        => await AssertPlainAsync(
            static builder => builder.Services.AddProblemDetails(static options => options.CustomizeProblemDetails = static _ => throw new FormatException("the second")),
            environment);

    [Fact]
    public async Task E5_MappedResultThatBreaksOffItsAnswer_AbortsTheConnection()
    {
        await using var app = await ErrorApp.StartAsync(Routes, static builder => builder.MapError<TimeoutException>(static (_, _) => new BreakingOff()));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.AnswerAsync("/"));

        Assert.Equal(["Unhandled", "AnswerFailed"], app.Errors().Select(static error => error.EventId.Name));
    }

    private static async Task AssertPlainAsync(Action<RouteMiddlewareBuilder> services, string environment = "Production")
    {
        await using var app = await ErrorApp.StartAsync(Routes, services, environment, list: "request_id, common");

        using var response = await app.GetAsync("/", "application/json");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("{\"title\":\"Internal server error\",\"status\":500,\"code\":\"internal_error\"}", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Single(response.Headers.GetValues("X-Request-ID"));
        Assert.Equal(["Unhandled", "AnswerFailed"], app.Errors().Select(static error => error.EventId.Name));
        Assert.Equal("the first", app.Errors()[0].Exception!.Message);
    }

    private sealed class Throwing : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken) => throw new FormatException("the second");
    }

    private sealed class BreakingOff : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await httpContext.Response.WriteAsync("begun");
            await httpContext.Response.Body.FlushAsync();
            throw new FormatException("the second");
        }
    }
}
