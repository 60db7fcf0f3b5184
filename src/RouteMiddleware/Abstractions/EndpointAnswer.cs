namespace RouteMiddleware;

/// <summary>One answer that a middleware may give in an endpoint's place.</summary>
public sealed class EndpointAnswer
{
    internal EndpointAnswer(int status, string middleware, string? description, IReadOnlyList<AnswerHeader> headers)
    {
        Status = status;
        Middleware = middleware;
        Description = description;
        Headers = headers;
    }

    /// <summary>The status code.</summary>
    public int Status { get; }

    /// <summary>The alias of the middleware.</summary>
    public string Middleware { get; }

    /// <summary>What it means, in one sentence; <see langword="null"/> where that is not said.</summary>
    public string? Description { get; }

    /// <summary>The problem that its body tells; <see langword="null"/> where it has another body or none.</summary>
    public Refusal? Refusal { get; internal init; }

    /// <summary>The class of its body, where that is no <see cref="Refusal"/>; <see langword="null"/> where that is not said.</summary>
    public Type? BodyType { get; internal init; }

    /// <summary>The content types of a body of <see cref="BodyType"/>.</summary>
    public IReadOnlyList<string> ContentTypes { get; internal init; } = [];

    /// <summary>Its headers: its own, and those that middleware in front set on every answer.</summary>
    public IReadOnlyList<AnswerHeader> Headers { get; }
}
