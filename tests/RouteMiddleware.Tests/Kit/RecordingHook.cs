using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Kit;

/// <summary>A hook whose every part can be set, and which writes down when it runs.</summary>
public sealed class RecordingHook(string name, ConcurrentQueue<string> record) : HookMiddleware
{
    public Func<HttpContext, ValueTask<IResult?>>? Before { get; init; }

    public Func<HttpContext, ValueTask>? After { get; init; }

    public Func<HttpContext, Exception, ValueTask<IResult?>>? Error { get; init; }

    public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context)
    {
        record.Enqueue($"before {name}");
        return Before?.Invoke(context) ?? default;
    }

    public override ValueTask AfterResponseAsync(HttpContext context)
    {
        record.Enqueue($"after {name}");
        return After?.Invoke(context) ?? default;
    }

    public override ValueTask<IResult?> OnErrorAsync(HttpContext context, Exception exception)
    {
        record.Enqueue($"error {name}");
        return Error?.Invoke(context, exception) ?? default;
    }
}
