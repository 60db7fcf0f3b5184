using System.Globalization;
using BenchmarkDotNet.Running;
using RouteMiddleware.Benchmarks.Start;
using RouteMiddleware.Benchmarks.Wire;

if (args is ["wire", var variant, var port, .. var redis])
{
    await WireServer.RunAsync(variant, int.Parse(port, CultureInfo.InvariantCulture), redis.FirstOrDefault());
    return;
}

if (args is ["start", var chain, var handlers, var count])
{
    await StartMeasure.RunAsync(chain, handlers, int.Parse(count, CultureInfo.InvariantCulture));
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(WireServer).Assembly).Run(args);
