using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>Something in front has begun the answer: it takes no headers any more, and the request fails at the limit.</summary>
public sealed class StartedAnswerTests
{
    private readonly FakeStore _store = new();

    [Theory]
    [InlineData("memory")]
    [InlineData("fake")]
    public async Task R15_PermitOfARequestWhoseAnswerHasBegun_ComesBack(string store)
    {
        var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IRateLimitStore>(_store);
                builder.Services.AddRouteMiddleware();
            },
            web =>
            {
                web.Use(static async (context, next) =>
                {
                    if (context.Request.Query.ContainsKey("early"))
                    {
                        await context.Response.StartAsync();
                    }

                    await next(context);
                });
                web.MapGet("/", static () => "ok").WithRateLimit(o => (o.Algorithm, o.PermitLimit, o.Store) = (RateLimitAlgorithm.Concurrency, 1, store));
            });

        await using (app)
        {
            for (var i = 0; i < 3; i++)
            {
                await Record.ExceptionAsync(() => app.SendAsync("/?early"));
            }

            Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        }

        Assert.Equal(store == "fake" ? (4, 4) : (0, 0), (_store.Questions.Count, _store.Returned.Count));
    }
}
