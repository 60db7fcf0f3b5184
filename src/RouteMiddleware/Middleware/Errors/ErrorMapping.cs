using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>One call of <c>MapError</c>: what is answered for a kind of exception. On endpoints it is metadata, which <c>common</c> reads.</summary>
[Requires("common")]
internal sealed class ErrorMapping
{
    private readonly Func<HttpContext, Exception, IResult> _answer;
    private readonly string? _origin;

    private ErrorMapping(Type exceptionType, int? status, object place, Func<HttpContext, Exception, IResult> answer, int line, string file)
    {
        ExceptionType = exceptionType;
        Status = status;
        Place = place;
        _answer = answer;
        _origin = line > 0 ? $"{Path.GetFileName(file)}:{line}" : null;
    }

    public Type ExceptionType { get; }

    /// <summary>The status, where the call named no more than that.</summary>
    public int? Status { get; }

    /// <summary>The builder that the call was made on: its mappings are weighed against each other, and not against those of an outer group.</summary>
    public object Place { get; }

    public static ErrorMapping Of<TException>(object place, int status, int line, string file)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(place);
        var answer = new ProblemResult(StatusProblem.Of(status));
        return new(typeof(TException), status, place, (_, _) => answer, line, file);
    }

    public static ErrorMapping Of<TException>(object place, Func<HttpContext, TException, IResult> answer, int line, string file)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(answer);
        return new(typeof(TException), null, place, (context, exception) => answer(context, (TException)exception), line, file);
    }

    public IResult Answer(HttpContext context, Exception exception)
        => _answer(context, exception) ?? throw new InvalidOperationException($"{this} gave no result.");

    public override string ToString() => $"MapError<{ExceptionType.Name}>{(_origin is null ? "" : $" ({_origin})")}";

    private sealed class ProblemResult(Refusal refusal) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => refusal.WriteAsync(httpContext);
    }
}
