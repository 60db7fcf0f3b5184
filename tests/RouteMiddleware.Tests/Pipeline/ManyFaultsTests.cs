using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Tests.Invariants;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class ManyFaultsTests
{
    [Fact]
    public void Faults_OfThousandsOfRoutes_CostTheSameEach()
    {
        // The first pays for what is made once.
        AllocatedForEach(50);

        Assert.InRange(AllocatedForEach(2000) / AllocatedForEach(200), 0.2, 2.5);
    }

    private static double AllocatedForEach(int routes)
    {
        var app = InvariantApp.Build(app =>
        {
            for (var i = 0; i < routes; i++)
            {
                app.MapGet($"/{i}", static () => "").WithoutMiddleware("guard");
            }
        });

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(routes, InvariantApp.FaultsOf(app).Length);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)routes;
    }
}
