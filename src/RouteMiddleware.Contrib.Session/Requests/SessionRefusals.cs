namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>How a session's requests are refused.</summary>
internal sealed class SessionRefusals
{
    public Refusal StoreFailed { get; } = new(
        503,
        "session_unavailable",
        "Session unavailable",
        "The session can't be read or saved at the moment; nothing of this request was kept.")
    {
        Middleware = "session",
    };

    public Refusal TooLarge { get; } = new(
        413,
        "session_too_large",
        "Session too large",
        "What this request would add does not fit into the session; nothing of it was kept.")
    {
        Middleware = "session",
    };

    public Refusal NeedsHttps { get; } = new(
        500,
        "session_needs_https",
        "Session needs https",
        "The session's cookie can only be sent over https, but this request came over http.")
    {
        Middleware = "session",
    };
}
