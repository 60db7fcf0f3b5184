using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Makes the delegate that hands a request to one middleware. Where code can be made at run time, it calls the class's method directly, once per class;
/// elsewhere (ahead-of-time compiled applications) through a delegate.
/// </summary>
internal static class DirectStep
{
    /// <summary>The maker for one instance; kept by its link, so that a class is looked at once and not for each endpoint.</summary>
    public static Func<RequestDelegate, RequestDelegate> For(IMiddleware middleware)
        => RuntimeFeature.IsDynamicCodeSupported && Emit(middleware.GetType()) is { } method
            ? next => method.CreateDelegate<RequestDelegate>(new Step(middleware, next))
            : next => new Call(middleware.InvokeAsync, next).InvokeAsync;

    // One and the same call by interface for all classes makes the runtime look up the class each time; a method of its own for each class knows it.
    [RequiresDynamicCode("Makes a method.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The method is the one that implements IMiddleware, which is called, and so kept.")]
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "As above.")]
    private static DynamicMethod? Emit(Type type)
    {
        if (type.IsCollectible)
        {
            return null;
        }

        var target = type.GetInterfaceMap(typeof(IMiddleware)).TargetMethods[0];
        var method = new DynamicMethod($"{type.Name}.{nameof(IMiddleware.InvokeAsync)}", typeof(Task), [typeof(Step), typeof(HttpContext)], typeof(Step).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, typeof(Step).GetField(nameof(Step.Middleware))!);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, typeof(Step).GetField(nameof(Step.Next))!);
        il.Emit(target.IsFinal ? OpCodes.Call : OpCodes.Callvirt, target);
        il.Emit(OpCodes.Ret);
        return method;
    }

    private sealed class Step(object middleware, RequestDelegate next)
    {
        public readonly object Middleware = middleware;
        public readonly RequestDelegate Next = next;
    }

    private sealed class Call(Func<HttpContext, RequestDelegate, Task> middleware, RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => middleware(context, next);
    }
}
