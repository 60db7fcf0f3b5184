using System.Globalization;
using BenchmarkDotNet.Running;
using RouteMiddleware.Benchmarks.Wire;

if (args is ["wire", var variant, var port])
{
    await WireServer.RunAsync(variant, int.Parse(port, CultureInfo.InvariantCulture));
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(WireServer).Assembly).Run(args);
