using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Makes the delegates that hand a request to one middleware. Where code can be made at run time, they call the class's method directly, by a few methods made for each class;
/// elsewhere (ahead-of-time compiled applications) through a delegate.
/// </summary>
internal sealed class DirectStep
{
    // Weak: a class that nobody uses any more takes its methods with it.
    private static readonly ConditionalWeakTable<Type, Variants> Known = [];

    private readonly IMiddleware _middleware;
    private readonly Methods? _methods;

    public DirectStep(IMiddleware middleware)
    {
        _middleware = middleware;

        if (RuntimeFeature.IsDynamicCodeSupported && !middleware.GetType().IsCollectible)
        {
            _methods = Known.GetValue(middleware.GetType(), static type => new Variants(type)).Next();
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

    // Processors foresee where a call goes by where it stands. A class that stands twice in a chain has two methods, or each of its calls would be taken for the other one; and ten thousand
    // attachments of it have no more than these.
    private sealed class Variants(Type type)
    {
        private readonly Methods?[] _methods = new Methods?[8];
        private int _last = -1;

        // Two threads may both make one; either serves.
        public Methods Next()
        {
            ref var methods = ref _methods[(uint)Interlocked.Increment(ref _last) % (uint)_methods.Length];
            return methods ??= new Methods(type);
        }
    }

    // One and the same call by interface for all classes makes the runtime look up the class each time; a method of its own for each class knows it.
    private sealed class Methods
    {
        private readonly Type _type;
        private DynamicMethod? _first;

        public Methods(Type type)
        {
            _type = type;
            Whole = Emit(type, typeof(Step), typeof(Step).GetField(nameof(Step.Next))!);

            // The first delegate of it has it compiled: at the start, and not for the first request.
            Whole.CreateDelegate<RequestDelegate>(new Step(this, static _ => Task.CompletedTask));
        }

        public DynamicMethod Whole { get; }

        public DynamicMethod First => _first ??= Emit(_type, typeof(FirstDirectStep), typeof(FirstStep).GetField(nameof(FirstStep.Next))!, typeof(FirstStep).GetMethod(nameof(FirstStep.BeginAsync)));

        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Asked for only where code can be made at run time.")]
        [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The method is the one that implements IMiddleware, which is called, and so kept.")]
        [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "As above.")]
        private static DynamicMethod Emit(Type type, Type step, FieldInfo next, MethodInfo? begin = null)
        {
            var target = type.GetInterfaceMap(typeof(IMiddleware)).TargetMethods[0];
            var method = new DynamicMethod($"{type.Name}.{nameof(IMiddleware.InvokeAsync)}", typeof(Task), [step, typeof(HttpContext)], step.Module, skipVisibility: true);
            var il = method.GetILGenerator();
            var isBegun = il.DefineLabel();

            if (begin is not null)
            {
                // A way of its own, and last in it: what the other way needs on the stack would cost every request a nanosecond or two.
                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Ldfld, next);
                il.Emit(OpCodes.Brtrue_S, isBegun);
                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Call, begin);
                il.Emit(OpCodes.Ret);
            }

            il.MarkLabel(isBegun);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, step.GetField(nameof(Step.Middleware))!);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, next);
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

        protected override Task InvokeAsync(HttpContext context, RequestDelegate next) => ((IMiddleware)Middleware).InvokeAsync(context, next);
    }

    private sealed class Call(Func<HttpContext, RequestDelegate, Task> middleware, RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => middleware(context, next);
    }

    private sealed class FirstCall(Func<HttpContext, RequestDelegate, Task> middleware, Segment segment, RequestDelegate rest) : FirstStep(segment, rest)
    {
        public Task InvokeAsync(HttpContext context) => Next is { } next ? middleware(context, next) : BeginAsync(context);

        protected override Task InvokeAsync(HttpContext context, RequestDelegate next) => middleware(context, next);
    }
}
