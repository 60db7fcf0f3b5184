using System.Diagnostics;
using RouteMiddleware.Middleware.Errors;

namespace RouteMiddleware.Tests.Middleware.Errors;

public sealed class FrameNamesTests
{
    private const string Here = "RouteMiddleware.Tests.Middleware.Errors.FrameNamesTests";

    [Fact]
    public async Task Names_OfWhatTheCompilerMade_AreThoseOfTheSource()
    {
        Assert.Equal($"{Here}.Plain()", NameOf(() => Plain()));
        Assert.Equal($"{Here}.Names_OfWhatTheCompilerMade_AreThoseOfTheSource (lambda)()", NameOf(static () => throw new InvalidOperationException()));
        Assert.Equal($"{Here}.Generic()", NameOf(() => Generic(1)));
        Assert.Equal($"{Here}.Box.Fail()", NameOf(() => new Box<int>().Fail()));
        Assert.Equal($"{Here}.PlainAsync()", NameOf(await Record.ExceptionAsync(PlainAsync)));
        Assert.Equal($"{Here}.Names_OfWhatTheCompilerMade_AreThoseOfTheSource.Local()", NameOf(Local));

        static void Local() => throw new InvalidOperationException();
    }

    private static string NameOf(Action action) => NameOf(Record.Exception(action));

    private static string NameOf(Exception? exception) => FrameNames.Of(new StackTrace(exception!).GetFrame(0)!.GetMethod()!);

    private static void Plain() => throw new InvalidOperationException();

    private static void Generic<T>(T value) => throw new InvalidOperationException($"{value}");

    private static async Task PlainAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException();
    }

    private sealed class Box<T>
    {
        public void Fail() => throw new InvalidOperationException(typeof(T).Name);
    }
}
