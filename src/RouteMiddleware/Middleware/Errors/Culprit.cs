using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Who threw: the first on the stack, from the inside out, that is a middleware of the chain, its handler, or a result.</summary>
internal sealed record Culprit(ChainLink? Link, bool IsHandler, string? Result)
{
    // What runs between a handler and its caller: where the stack comes to them, the handler or what it returned is behind it.
    private static readonly string[] AroundHandlers =
        ["Microsoft.AspNetCore.Http.RequestDelegateFactory", "Microsoft.AspNetCore.Http.Generated.", "Microsoft.AspNetCore.Routing.EndpointMiddleware", "Microsoft.AspNetCore.Mvc."];

    public static Culprit? Find(Exception exception, IReadOnlyList<ChainLink> links, MethodInfo? handler)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (FindOnStack(current, links, handler) is { } culprit)
            {
                return culprit;
            }
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where a method is not kept, its frame tells nothing, and nobody is marked.")]
    private static Culprit? FindOnStack(Exception exception, IReadOnlyList<ChainLink> links, MethodInfo? handler)
    {
        var isWritingValue = false;

        foreach (var frame in new StackTrace(exception, fNeedFileInfo: false).GetFrames())
        {
            if (frame.GetMethod() is not { DeclaringType: { } declaring } method)
            {
                // What binds a handler's parameters is compiled while the application starts, and belongs to no class.
                if (frame.GetMethod()?.Name.StartsWith("lambda_method", StringComparison.Ordinal) == true)
                {
                    return new(null, true, null);
                }

                continue;
            }

            if (handler is not null && IsOf(handler, method))
            {
                return new(null, true, null);
            }

            var types = Enclosing(declaring).ToArray();

            if (Array.Find(types, static type => type.IsClass && typeof(IResult).IsAssignableFrom(type)) is { } result)
            {
                return new(null, false, FrameNames.Of(result));
            }

            // What a handler returned is written after it ended: no frame of its own is left.
            if (isWritingValue)
            {
                return new(null, false, "its value, as JSON");
            }

            if (links.LastOrDefault(link => IsOf(link, method, types)) is { } culprit)
            {
                return new(culprit, false, null);
            }

            if (types[^1].FullName is { } name)
            {
                if (Array.Exists(AroundHandlers, around => name.StartsWith(around, StringComparison.Ordinal)))
                {
                    return new(null, true, null);
                }

                isWritingValue = name == "Microsoft.AspNetCore.Http.HttpResponseJsonExtensions" || (isWritingValue && FrameNames.IsNoise(declaring));
            }
        }

        return isWritingValue ? new(null, false, "its value, as JSON") : null;
    }

    private static bool IsOf(ChainLink link, MethodBase method, Type[] types)
    {
        if (link.Method is { } function)
        {
            return IsOf(function, method);
        }

        // This middleware is on every stack that comes to it.
        return link.Registration.MiddlewareType is { } middleware
            && middleware != typeof(CommonMiddleware)
            && Array.Exists(types, type => Definition(type) == Definition(middleware) || (type != typeof(object) && type != typeof(HookMiddleware) && type.IsClass && middleware.IsSubclassOf(type)));
    }

    // An async method runs as a class of its own, which its attribute names.
    private static bool IsOf(MethodInfo function, MethodBase method)
        => function.HasSameMetadataDefinitionAs(method)
            || (function.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType is { } machine && Definition(machine) == Definition(method.DeclaringType!));

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static IEnumerable<Type> Enclosing(Type type)
    {
        for (var current = type; current is not null; current = current.DeclaringType)
        {
            yield return current;
        }
    }
}
