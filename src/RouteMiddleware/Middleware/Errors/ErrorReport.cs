namespace RouteMiddleware.Middleware.Errors;

/// <summary>What a developer is told of an error. Every text in it is masked already, and none is encoded.</summary>
internal sealed record ErrorReport
{
    public required int Status { get; init; }

    /// <summary>The exception, then its inner ones.</summary>
    public required IReadOnlyList<ReportedException> Exceptions { get; init; }

    /// <summary>The chain from the outside in, the handler last.</summary>
    public required IReadOnlyList<ReportedLink> Chain { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public string? Route { get; init; }

    public required string TraceId { get; init; }

    public string? RequestId { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Query { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> RouteValues { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The section <c>RouteMiddleware</c>; <see langword="null"/> where it is not shown.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Settings { get; init; }

    public ReportedException Outermost => Exceptions[0];

    public ReportedLink? Culprit => Chain.FirstOrDefault(static link => link.IsCulprit);
}

/// <summary>One exception of a report.</summary>
internal sealed record ReportedException(string Type, string Message, IReadOnlyList<ReportedFrame> Frames, int OmittedFrames);

/// <summary>One step of a stack: what ran, and the lines around it where their file is there.</summary>
internal sealed record ReportedFrame(string Method, string? File, int Line, bool IsOfApplication)
{
    public IReadOnlyList<KeyValuePair<int, string>> Source { get; init; } = [];

    public override string ToString() => File is null ? Method : $"{Method} in {File}:{Line}";
}

/// <summary>One middleware of the chain, the handler, or its result.</summary>
internal sealed record ReportedLink(string Name, string Kind, string Origin, bool IsCulprit);
