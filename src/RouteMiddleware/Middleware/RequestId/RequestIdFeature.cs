using System.Collections;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RequestId;

/// <summary>One request's id: the feature, the log scope and the state of the header's callback in one object.</summary>
internal sealed class RequestIdFeature(HttpContext context, string headerName, string requestId)
    : IRequestIdFeature, IReadOnlyList<KeyValuePair<string, object?>>
{
    public HttpContext Context { get; } = context;

    public string HeaderName { get; } = headerName;

    public string RequestId { get; } = requestId;

    /// <summary>Whether a log scope stands around what runs now.</summary>
    public bool InScope { get; set; }

    public int Count => 1;

    public KeyValuePair<string, object?> this[int index]
        => index == 0 ? new("RequestId", RequestId) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // What a console logger with scopes prints.
    public override string ToString() => $"RequestId:{RequestId}";
}
