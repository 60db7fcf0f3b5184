namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>Says, in the request's features, that a limit of this library holds already: one behind it must not raise what it set.</summary>
internal sealed class BodyLimitMark
{
    private BodyLimitMark()
    {
    }

    public static BodyLimitMark Instance { get; } = new();
}
