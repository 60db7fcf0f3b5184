using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.AccessLog;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

public sealed class AccessLogOptionsTests
{
    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new AccessLogOptions();

        Assert.Null(options.Path);
        Assert.Equal("access", options.LoggerName);
        Assert.Equal(104_857_600, options.MaxFileSize);
        Assert.Equal(10, options.MaxFiles);
        Assert.Equal(TimeSpan.FromSeconds(1), options.FlushInterval);
        Assert.Equal(16_777_216, options.BufferSize);
        Assert.Contains("access_token", options.SensitiveQueryKeys);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedNamingAll()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(static () => AccessLogApp.StartAsync(
            static _ => Task.CompletedTask,
            "Path=logs/, LoggerName= , MaxFileSize=65535, MaxFiles=0, FlushInterval=9ms, BufferSize=1, SensitiveQueryKeys:0=_"));

        foreach (var name in (string[])["Path", "LoggerName", "MaxFileSize", "MaxFiles", "FlushInterval", "BufferSize", "SensitiveQueryKeys"])
        {
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("MaxFileSize", 0, true)]
    [InlineData("MaxFileSize", 65535, false)]
    [InlineData("MaxFileSize", 65536, true)]
    [InlineData("MaxFiles", 0, false)]
    [InlineData("MaxFiles", 1, true)]
    [InlineData("MaxFiles", 1000, true)]
    [InlineData("MaxFiles", 1001, false)]
    [InlineData("FlushInterval", 9, false)]
    [InlineData("FlushInterval", 10, true)]
    [InlineData("FlushInterval", 60_000, true)]
    [InlineData("FlushInterval", 60_001, false)]
    [InlineData("BufferSize", 65535, false)]
    [InlineData("BufferSize", 65536, true)]
    [InlineData("BufferSize", 536_870_912, true)]
    [InlineData("BufferSize", 536_870_913, false)]
    public void Numbers_HaveBounds(string option, int value, bool isFine)
    {
        var options = new AccessLogOptions();

        switch (option)
        {
            case "MaxFileSize":
                options.MaxFileSize = value;
                break;
            case "MaxFiles":
                options.MaxFiles = value;
                break;
            case "FlushInterval":
                options.FlushInterval = TimeSpan.FromMilliseconds(value);
                break;
            default:
                options.BufferSize = value;
                break;
        }

        Assert.Equal(isFine, Record.Exception(options.ThrowIfInvalid) is null);
    }

    [Fact]
    public async Task Start_WithAPathThatCannotBeWritten_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "");

        foreach (var path in (string[])[folder.File("file/access.log"), folder.Path])
        {
            var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => AccessLogApp.StartAsync(static _ => Task.CompletedTask, $"Path={path}"));
            Assert.Contains($"Path must be a file that can be written, but '{path}' can't", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Argument_IsRefused()
        => await Assert.ThrowsAsync<RouteMiddlewareException>(static () => AccessLogApp.StartAsync(static _ => Task.CompletedTask, list: ["access_log:file"]));

    [Fact]
    public void Logger_ThatIsOff_LetsRequestsPass()
    {
        using var files = new AccessLogFiles(TimeProvider.System, new AccessLogMetrics(), NullLogger<AccessLogFile>.Instance);
        using var middleware = new AccessLogMiddleware(new(), TimeProvider.System, files, NullLoggerFactory.Instance);
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, middleware.InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    [Fact]
    public void Request_ToAFile_CostsItsPassAlone()
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualClock();
        using var files = new AccessLogFiles(clock, new AccessLogMetrics(), NullLogger<AccessLogFile>.Instance);
        using var middleware = new AccessLogMiddleware(new() { Path = folder.File("access.log") }, clock, files, NullLoggerFactory.Instance);
        var response = new Completing();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = "/orders", QueryString = "?page=2&size=50" });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        var context = new DefaultHttpContext(features) { TraceIdentifier = "id" };
        context.Request.Headers.UserAgent = "agent";
        var body = features.Get<IHttpResponseBodyFeature>();
        var next = new RequestDelegate(static _ => Task.CompletedTask);
        var bytes = 0L;

        for (var i = 0; i < 1500; i++)
        {
            // Written out now and then, so that the buffers keep the size that they have after the first rounds.
            clock.Advance(TimeSpan.FromSeconds(i % 50 == 0 ? 1 : 0));
            features.Set<AccessLogPass>(null);
            features.Set(body);
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = middleware.InvokeAsync(context, next);
            response.Complete();
            bytes += i < 500 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // One object, which no other request may use.
        Assert.InRange(bytes / 1000, 1, 160);
    }

    private sealed class Completing : HttpResponseFeature
    {
        private Func<object, Task>? _callback;
        private object? _state;

        public override void OnCompleted(Func<object, Task> callback, object state) => (_callback, _state) = (callback, state);

        public void Complete() => _ = _callback!(_state!);
    }
}
