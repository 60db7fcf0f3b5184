using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>The part of a response that is the server's own, whoever stands in between.</summary>
internal abstract class ForwardedResponse(IHttpResponseFeature outer)
{
    public IHttpResponseFeature Outer { get; } = outer;

    public int StatusCode
    {
        get => Outer.StatusCode;
        set => Outer.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => Outer.ReasonPhrase;
        set => Outer.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => Outer.Headers;
        set => Outer.Headers = value;
    }

    public void OnCompleted(Func<object, Task> callback, object state) => Outer.OnCompleted(callback, state);
}
