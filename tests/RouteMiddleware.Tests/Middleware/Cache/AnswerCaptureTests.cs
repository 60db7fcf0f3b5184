using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>A handler that goes on elsewhere, faster than the thread on which it began.</summary>
public sealed class AnswerCaptureTests
{
    private readonly List<bool> _wholes = [];

    [Fact]
    public async Task HandlerAtItsEnd_BeforeItsCallCameBack_GivesAWholeAnswer()
    {
        var (context, body) = Create();
        await using var capture = Capture(context);

        await capture.RunAsync(context, _ =>
        {
            WriteElsewhere(capture);
            capture.SendLate();
            return Task.CompletedTask;
        });

        Assert.Equal([true], _wholes);
        Assert.Equal("hello", Encoding.ASCII.GetString(body.ToArray()));
    }

    [Fact]
    public async Task HandlerThatWaits_BeforeItsCallCameBack_SendsWhatItFlushed()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (context, body) = Create();
        await using var capture = Capture(context);

        var run = capture.RunAsync(context, _ =>
        {
            WriteElsewhere(capture);
            capture.SendLate();
            return rest.Task;
        });

        Assert.Equal([false], _wholes);
        Assert.Equal("hello", Encoding.ASCII.GetString(body.ToArray()));
        rest.SetResult();
        await run;
    }

    [Fact]
    public async Task HandlerThatWaits_AfterItsCallCameBack_SendsWhatItFlushed()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (context, body) = Create();
        await using var capture = Capture(context);
        var run = capture.RunAsync(context, _ => rest.Task);

        WriteElsewhere(capture);
        capture.SendLate();

        Assert.Equal([false], _wholes);
        Assert.Equal("hello", Encoding.ASCII.GetString(body.ToArray()));
        rest.SetResult();
        await run;
    }

    private static (DefaultHttpContext Context, MemoryStream Body) Create()
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        return (context, body);
    }

    private static void WriteElsewhere(AnswerCapture capture)
    {
        var thread = new Thread(() => capture.Buffer.Write("hello"u8));
        thread.Start();
        thread.Join();
    }

    private AnswerCapture Capture(HttpContext context) => new(context, isWhole =>
    {
        _wholes.Add(isWhole);
        return default;
    });
}
