using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Gives a kept answer to a caller.</summary>
internal static class StoredAnswerWriter
{
    public static Task WriteAsync(HttpContext context, StoredAnswer answer, long now, bool hasConditions)
    {
        var response = context.Response;
        var headers = response.Headers;
        var isKnown = hasConditions && IsKnown(context.Request.Headers, answer);

        foreach (var (name, value) in answer.Headers)
        {
            if (!isKnown || !Preconditions.IsContentHeader(name))
            {
                headers[name] = value;
            }
        }

        headers["X-Cache"] = "HIT";
        headers.Age = answer.AgeTextAt(now);

        if (isKnown)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.StatusCode = answer.Status;

        if (StoredAnswer.HasBody(answer.Status))
        {
            headers.ContentLength = answer.Length;
        }

        if (answer.Length == 0 || HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        return answer.Body.Length == 1 ? WriteOneAsync(context, answer.Body[0]) : WriteAllAsync(context, answer.Body);
    }

    private static bool IsKnown(IHeaderDictionary asked, StoredAnswer answer)
        => Preconditions.IsKnown(asked.IfNoneMatch, asked.IfModifiedSince, answer.ETag, answer.LastModified);

    private static Task WriteOneAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        var write = context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);

        if (write.IsCompletedSuccessfully)
        {
            _ = write.Result;
            return Task.CompletedTask;
        }

        return write.AsTask();
    }

    private static async Task WriteAllAsync(HttpContext context, ReadOnlyMemory<byte>[] body)
    {
        foreach (var bytes in body)
        {
            await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
