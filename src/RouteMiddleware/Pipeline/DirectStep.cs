using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Makes the delegates that hand a request to one middleware. Where code can be made at run time, they call the class's method directly, by a method made once for each class;
/// elsewhere (ahead-of-time compiled applications) through a delegate.
/// </summary>
internal sealed class DirectStep
{
    // Weak: a class that nobody uses any more takes its methods with it.
    private static readonly ConditionalWeakTable<Type, Methods> Known = [];

    private readonly IMiddleware _middleware;
    private readonly Methods? _methods;

    public DirectStep(IMiddleware middleware)
    {
        _middleware = middleware;

        if (RuntimeFeature.IsDynamicCodeSupported && !middleware.GetType().IsCollectible)
        {
            _methods = Known.GetValue(middleware.GetType(), static type => new Methods(type));
        }
    }

    /// <summary>The middleware around what follows.</summary>
    public RequestDelegate Around(RequestDelegate next)
        => _methods is null
            ? new Call(_middleware.InvokeAsync, next).InvokeAsync
            : _methods.Whole.CreateDelegate<RequestDelegate>(new Step(_middleware, next));

    /// <summary>The middleware as the first of an endpoint's chain, around what will be composed by the first request.</summary>
    public RequestDelegate Around(Segment segment, RequestDelegate rest)
        => _methods is null
            ? new FirstCall(_middleware.InvokeAsync, segment, rest).InvokeAsync
            : _methods.First.CreateDelegate<RequestDelegate>(new FirstDirectStep(_middleware, segment, rest));

    // One and the same call by interface for all classes makes the runtime look up the class each time; a method of its own for each class knows it.
    private sealed class Methods(Type type)
    {
        private DynamicMethod? _first;

        public DynamicMethod Whole { get; } = Emit(type, typeof(Step), static il => il.Emit(OpCodes.Ldfld, typeof(Step).GetField(nameof(Step.Next))!));

        // Two threads may both make one; either serves.
        public DynamicMethod First => _first ??= Emit(type, typeof(FirstDirectStep), static il =>
        {
            var isComposed = il.DefineLabel();
            il.Emit(OpCodes.Ldfld, typeof(FirstStep).GetField(nameof(FirstStep.Next))!);
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Brtrue_S, isComposed);
            il.Emit(OpCodes.Pop);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Call, typeof(FirstStep).GetMethod(nameof(FirstStep.Compose))!);
            il.MarkLabel(isComposed);
        });

        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Asked for only where code can be made at run time.")]
        [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The method is the one that implements IMiddleware, which is called, and so kept.")]
        [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "As above.")]
        private static DynamicMethod Emit(Type type, Type step, Action<ILGenerator> loadNext)
        {
            var target = type.GetInterfaceMap(typeof(IMiddleware)).TargetMethods[0];
            var method = new DynamicMethod($"{type.Name}.{nameof(IMiddleware.InvokeAsync)}", typeof(Task), [step, typeof(HttpContext)], step.Module, skipVisibility: true);
            var il = method.GetILGenerator();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, step.GetField(nameof(Step.Middleware))!);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldarg_0);
            loadNext(il);
            il.Emit(target.IsFinal ? OpCodes.Call : OpCodes.Callvirt, target);
            il.Emit(OpCodes.Ret);
            return method;
        }
    }

    private sealed class Step(object middleware, RequestDelegate next)
    {
        public readonly object Middleware = middleware;
        public readonly RequestDelegate Next = next;
    }

    private sealed class FirstDirectStep(object middleware, Segment segment, RequestDelegate rest) : FirstStep(segment, rest)
    {
        public readonly object Middleware = middleware;
    }

    private sealed class Call(Func<HttpContext, RequestDelegate, Task> middleware, RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => middleware(context, next);
    }

    private sealed class FirstCall(Func<HttpContext, RequestDelegate, Task> middleware, Segment segment, RequestDelegate rest) : FirstStep(segment, rest)
    {
        public Task InvokeAsync(HttpContext context) => middleware(context, Next ?? Compose());
    }
}
