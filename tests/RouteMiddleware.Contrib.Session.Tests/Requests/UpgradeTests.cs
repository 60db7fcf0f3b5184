using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Tests.Support;

namespace RouteMiddleware.Contrib.Session.Tests.Requests;

public sealed class UpgradeTests
{
    private const string Upgrade = "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    [Theory]
    [Engines]
    public async Task WebSocket_IsSavedBeforeItIsUpgraded(string engine)
    {
        var thrown = new TaskCompletionSource<Exception?>();
        await using var app = await SessionApp.StartAsync(
            engine,
            group => group.MapGet("/socket", async (HttpContext context, RouteSession session) =>
            {
                session.Set("a", "1");
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                thrown.SetResult(Record.Exception(() => session.Set("a", "2")));
            }),
            configure: static app => app.UseWebSockets());

        var answer = await app.SendRawAsync(Upgrade, "\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        var line = answer.Split("\r\n").Single(static header => header.StartsWith("Set-Cookie: sessionid=", StringComparison.Ordinal));
        Assert.Equal("1", await new Browser(app, line["Set-Cookie: ".Length..].Split(';')[0]).ReadAsync("/get/a"));
        Assert.IsType<InvalidOperationException>(await thrown.Task);
    }

    [Fact]
    public async Task ServerSentEvents_FlowAsTheyAreFlushed()
    {
        var (sent, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Memory, group => group.MapGet("/events", async (HttpContext context, RouteSession session) =>
        {
            session.Set("a", "1");
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            sent.SetResult();
            await go.Task;
        }));

        using var response = await app.Client.GetAsync(new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await sent.Task;
        var buffer = new byte[9];
        await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(buffer);

        Assert.Equal("data: 1\n\n"u8.ToArray(), buffer);
        Assert.Single(response.Headers.GetValues("Set-Cookie"));
        go.SetResult();
    }

    [Theory]
    [InlineData(EnginesAttribute.Encrypted, "sessionid=forged", RefusedCookies.BadSignature)]
    [InlineData(EnginesAttribute.Memory, "sessionid=AAAAAAAAAAAAAAAAAAAAAA", RefusedCookies.UnknownId)]
    [InlineData(EnginesAttribute.Encrypted, null, RefusedCookies.Ended)]
    [InlineData(EnginesAttribute.Memory, null, RefusedCookies.Ended)]
    [InlineData(EnginesAttribute.Redis, "sessionid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", RefusedCookies.UnknownId)]
    [InlineData(EnginesAttribute.Redis, "sessionid=rm:session:x", RefusedCookies.UnknownId)]
    [InlineData(EnginesAttribute.Redis, null, RefusedCookies.Ended)]
    public async Task S1_S19_RefusedCookies_AreCountedWithTheirReason(string engine, string? cookie, string reason)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var meter = ((SessionStores)app.App.Services.GetService(typeof(SessionStores))!).Meter;
        var seen = new List<string?>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (ReferenceEquals(instrument.Meter, meter)) { self.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
        {
            if (instrument.Name.StartsWith("routemiddleware.session", StringComparison.Ordinal))
            {
                seen.Add($"{instrument.Name} {tags[0].Value} {count}");
            }
        });
        listener.Start();
        var browser = new Browser(app, cookie);

        if (cookie is null)
        {
            await browser.DoAsync("/set/a/1");
            var late = browser.Copy();
            await browser.DoAsync("/login/ada");
            browser = late;
        }

        await browser.ReadAsync("/get/a");

        Assert.Equal([$"routemiddleware.session.refused_cookies {reason} 1"], seen);
    }

    [Fact]
    public async Task Feature_TellsWhetherTheSessionWasUsed()
    {
        var used = new List<bool>();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Memory, group => group.MapGet("/used", (HttpContext context, RouteSession session) =>
        {
            var feature = (IRouteSessionFeature)context.Features.Get<ISessionFeature>()!;
            used.Add(feature.IsUsed);
            Assert.Same(session, feature.Session);
            _ = session.Count;
            used.Add(feature.IsUsed);
            used.Add(context.Features.Get<ISessionUseFeature>()!.IsUsed);
        }));

        await new Browser(app).ReadAsync("/used");

        Assert.Equal([false, true, true], used);
    }
}
