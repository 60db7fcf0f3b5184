using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Abstractions;

public sealed class InBoxBranchTests
{
    private readonly ServiceProvider _application = new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddSingleton("the application's")
        .AddSingleton(new Version(1, 0))
        .BuildServiceProvider();

    [Fact]
    public async Task Request_ThroughTheBranch_RunsItAroundWhatFollows()
    {
        List<string> trail = [];
        using var branch = new InBoxBranch(_application, static _ => { }, app => app.Use((context, next) =>
        {
            trail.Add("in");
            return next(context);
        }));

        await branch.InvokeAsync(new DefaultHttpContext(), Note("first"));
        await branch.InvokeAsync(new DefaultHttpContext(), Note("second"));

        Assert.Equal(["in", "first", "in", "second"], trail);

        RequestDelegate Note(string name) => _ =>
        {
            trail.Add(name);
            return Task.CompletedTask;
        };
    }

    [Fact]
    public void Services_OfTheBranch_WinOverTheApplications()
    {
        List<object?> found = [];
        using var branch = new InBoxBranch(
            _application,
            static own => own.AddSingleton("its own"),
            app => found.AddRange([app.ApplicationServices.GetService<string>(), app.ApplicationServices.GetService<Version>(), app.ApplicationServices.GetService<Uri>()]));

        Assert.Equal(["its own", new Version(1, 0), null], found);
    }

    [Fact]
    public async Task Constructor_ThatTakesServicesOfBoth_IsFound()
    {
        using var branch = new InBoxBranch(_application, static own => own.AddSingleton(new Uri("https://example.com")), static app => app.UseMiddleware<Choosy>());
        var context = new DefaultHttpContext();

        await branch.InvokeAsync(context, static _ => Task.CompletedTask);

        Assert.Equal("https://example.com/ 1.0", context.Response.Headers["X-Found"]);
    }

    [Fact]
    public void Fault_OfTheMiddleware_IsSeenWhenTheBranchIsMade()
        => Assert.Throws<InvalidOperationException>(() => new InBoxBranch(_application, static _ => { }, static _ => throw new InvalidOperationException("it lacks a service")));

    [Fact]
    public async Task Pipeline_OfOneThingThatFollows_IsMadeOnce()
    {
        var made = 0;
        using var branch = new InBoxBranch(_application, static _ => { }, _ => made++);
        RequestDelegate next = static _ => Task.CompletedTask;

        await branch.InvokeAsync(new DefaultHttpContext(), next);
        await branch.InvokeAsync(new DefaultHttpContext(), next);

        // One of them was on trial.
        Assert.Equal(2, made);
    }

    [Fact]
    public void Pass_OfARequest_AllocatesNothing()
    {
        using var branch = new InBoxBranch(_application, static _ => { }, static _ => { });
        RequestDelegate next = static _ => Task.CompletedTask;
        var context = new DefaultHttpContext();
        _ = branch.InvokeAsync(context, next);

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            _ = branch.InvokeAsync(context, next);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Disposal_OfTheBranch_LeavesTheApplicationsServicesAlone()
    {
        var own = new Disposable();
        var shared = new Disposable();
        using var application = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(_ => shared).BuildServiceProvider();
        Assert.Same(shared, application.GetRequiredService<Disposable>());

        new InBoxBranch(application, services => services.AddSingleton<object>(_ => own), static app => app.ApplicationServices.GetService<object>()).Dispose();

        Assert.Equal((true, false), (own.IsDisposed, shared.IsDisposed));
    }

    private sealed class Choosy
    {
        private readonly RequestDelegate _next;
        private readonly string _found;

        public Choosy(RequestDelegate next, Uri own, Version application) => (_next, _found) = (next, $"{own} {application}");

        // What the application lacks; the other constructor must be taken.
        public Choosy(RequestDelegate next, Uri own, Version application, Guid[] nobodys)
            : this(next, own, application) => _found += nobodys.Length;

        public Task InvokeAsync(HttpContext context)
        {
            context.Response.Headers["X-Found"] = _found;
            return _next(context);
        }
    }

    private sealed class Disposable : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
