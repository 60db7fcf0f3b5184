namespace RouteMiddleware.Middleware.Errors;

/// <summary>Stands in the log for an exception whose text holds secrets.</summary>
internal sealed class MaskedException : Exception
{
    private readonly string _text;

    private MaskedException(string message, string text)
        : base(message)
        => _text = text;

    /// <summary>The exception itself where there is nothing to hide.</summary>
    public static Exception Of(Exception exception, Func<string, string> mask)
    {
        var text = exception.ToString();
        var masked = mask(text);
        return string.Equals(text, masked, StringComparison.Ordinal) ? exception : new MaskedException(mask(exception.Message), masked);
    }

    public override string ToString() => _text;
}
