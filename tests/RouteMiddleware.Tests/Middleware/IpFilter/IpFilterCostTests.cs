using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.IpFilter;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.IpFilter;

[Collection(MeasuredAlone.Name)]
public sealed class IpFilterCostTests
{
    [Fact]
    public void F2_HundredThousandNetworks_AnswerAsTheirListDoes()
    {
        // Every other /24 of 10.0.0.0 to 12.x, in an order without order.
        var networks = Enumerable.Range(0, 100_000).Select(static i => 0x0a00_0000u + ((uint)(i * 7919 % 100_000) << 9)).ToArray();
        var faults = new List<string>();
        var set = AddressSet.Parse("Ips", networks.Select(static first => $"{new IPAddress(Bytes(first))}/24"), faults);
        var held = networks.ToHashSet();
        Assert.Empty(faults);

        for (var i = 0u; i < 200_000; i++)
        {
            var address = 0x0a00_0000u - 512 + (i * 517);
            Assert.Equal(held.Contains(address & 0xffff_ff00), set.Contains(new IPAddress(Bytes(address))));
        }
    }

    [Fact]
    public void F2_PassThroughAHundredThousandNetworks_AllocatesNothingAndTakesNoTimeToSpeakOf()
    {
        string[] networks = [.. Enumerable.Range(0, 50_000).Select(static i => $"{new IPAddress(Bytes(0x0a00_0000u + ((uint)i << 9)))}/24")];
        string[] sixes = [.. Enumerable.Range(0, 50_000).Select(static i => $"2001:db8:{i:x}::/48")];
        var filter = Create(new() { BlockedIps = [.. networks, .. sixes], BlockedUserAgents = ["evilbot", "scraper"], AllowEmptyUserAgent = false });
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.1.1.1");
        context.Request.Headers.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        var rest = new TaskCompletionSource();
        var next = new RequestDelegate(_ => rest.Task);

        Pass();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        Pass();
        var time = Stopwatch.GetElapsedTime(start);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // A microsecond each is asked for; a busy machine gets ten. A walk through the list would take a hundred.
        Assert.True(time < TimeSpan.FromMilliseconds(1_000), $"100,000 passes took {time.TotalMilliseconds} ms.");

        void Pass()
        {
            for (var i = 0; i < 100_000; i++)
            {
                if (!ReferenceEquals(rest.Task, filter.InvokeAsync(context, next)))
                {
                    Assert.Fail("A pass goes on with the same task.");
                }
            }
        }
    }

    [Fact]
    public async Task Refusals_AreCountedByRouteAndReason()
    {
        await using var services = new ServiceCollection().AddMetrics().AddLogging().AddProblemDetails().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        List<string> counted = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.ip_filter.refusals")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Add($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();
        var filter = Create(new() { AllowedIps = ["10.0.0.0/8"], BlockedIps = ["10.0.0.1"], BlockedUserAgents = ["evil"], AllowEmptyUserAgent = false }, meters);

        foreach (var (address, agent) in ((string, string)[])[("10.0.0.1", "x"), ("11.0.0.1", "x"), ("10.0.0.2", "evil"), ("10.0.0.2", ""), ("10.0.0.2", "x")])
        {
            var context = new DefaultHttpContext { RequestServices = services };
            context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            context.Request.Headers.UserAgent = agent;
            await filter.InvokeAsync(context, static _ => Task.CompletedTask);
        }

        Assert.Equal(["1 (none) refused blocked", "1 (none) refused not_allowed", "1 (none) refused user_agent", "1 (none) refused no_user_agent"], counted);
    }

    private static IpFilterMiddleware Create(IpFilterOptions options, IMeterFactory? meters = null)
        => new(options, NullLogger<IpFilterMiddleware>.Instance, new(meters));

    private static byte[] Bytes(uint address)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return bytes;
    }
}
