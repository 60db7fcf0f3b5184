using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>The method of an endpoint that is a plain delegate, in the endpoint's metadata: the framework tells it of route handlers and controllers only.</summary>
internal sealed class HandlerMethod(RequestDelegate handler)
{
    public MethodInfo Method => handler.Method;
}
