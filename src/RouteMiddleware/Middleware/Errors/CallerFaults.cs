using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Tells exceptions that are the caller's doing from those that are ours.</summary>
internal static class CallerFaults
{
    // Where the body of a request is read: none of them reads anything else.
    private static readonly string[] Readers = ["Microsoft.AspNetCore.Server.", "Microsoft.AspNetCore.TestHost", "Microsoft.AspNetCore.RequestDecompression", "Microsoft.AspNetCore.WebUtilities"];

    /// <summary>The status of an exception that the request's own bytes caused; <see langword="null"/> for all others.</summary>
    public static int? StatusOf(HttpContext context, Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: >= 400 and <= 599 and var status } => status,
        BadHttpRequestException => StatusCodes.Status400BadRequest,
        IOException or InvalidDataException when IsReadingBody(context, exception) => StatusCodes.Status400BadRequest,
        _ => null,
    };

    // A file that can't be read throws the same class: only the stack tells what was read.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where a method is not kept, its frame tells nothing, and the error counts as ours.")]
    private static bool IsReadingBody(HttpContext context, Exception exception)
    {
        var body = context.Request.Body.GetType();

        foreach (var frame in new StackTrace(exception, fNeedFileInfo: false).GetFrames())
        {
            for (var type = frame.GetMethod()?.DeclaringType; type is not null; type = type.DeclaringType)
            {
                // It keeps a body on the disk: what fails there is not the caller's doing.
                if (type == typeof(FileBufferingReadStream))
                {
                    return false;
                }

                if (type == body || (type.Assembly.GetName().Name is { } assembly && Array.Exists(Readers, reader => assembly.StartsWith(reader, StringComparison.Ordinal))))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
