using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Tenant;

namespace RouteMiddleware.Tests.Middleware.Tenant;

public sealed class TenantAllocationTests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 32)]
    public void Pass_OfAnAnonymousCaller_CostsNothingWhereTenantsAreKnownAndOneObjectElsewhere(bool known, long atMost)
    {
        var middleware = new TenantMiddleware(
            new() { Sources = ["header:X-Tenant-ID", "query:tenant_id"], Known = known ? ["acme", "other"] : null },
            NullLogger<TenantMiddleware>.Instance,
            new());
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Tenant-ID"] = "acme";
        var rest = new TaskCompletionSource();
        var next = new RequestDelegate(_ => rest.Task);
        Round();

        Assert.InRange(Round(), 0, atMost * 1_000);
        Assert.Equal("acme", context.GetTenantId());

        long Round()
        {
            var bytes = 0L;

            for (var i = 0; i < 1_000; i++)
            {
                context.Features.Set<ITenantFeature>(null);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var pass = middleware.InvokeAsync(context, next);
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.Same(rest.Task, pass);
            }

            return bytes;
        }
    }
}
