using System.Globalization;
using BenchmarkDotNet.Running;
using RouteMiddleware.Benchmarks.Wire;

if (args is ["wire", var variant, var port, .. var redis])
{
    await WireServer.RunAsync(variant, int.Parse(port, CultureInfo.InvariantCulture), redis.FirstOrDefault());
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(WireServer).Assembly).Run(args);
