namespace RouteMiddleware.Middleware.Cache;

/// <summary>Whether, and how long, an answer is kept.</summary>
/// <param name="Refusal">Why it is not, in a word for logs and metrics; <see langword="null"/> where it is.</param>
/// <param name="Fresh">How long it is given without asking.</param>
/// <param name="Stale">How long after that it is given while another request makes a new one.</param>
/// <param name="Kept">How long after that it stays, to be confirmed.</param>
/// <param name="Age">How old it is already, in seconds.</param>
internal readonly record struct AnswerVerdict(string? Refusal, TimeSpan Fresh = default, TimeSpan Stale = default, TimeSpan Kept = default, long Age = 0)
{
    public static AnswerVerdict No(string reason) => new(reason);
}
