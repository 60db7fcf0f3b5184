namespace RouteMiddleware;

/// <summary>Options that can be set by an entry's argument: the <c>100/1m</c> of <c>rate_limit:100/1m</c>.</summary>
/// <remarks>A middleware whose options don't implement this refuses an argument when the application starts.</remarks>
public interface IAcceptArgument
{
    /// <summary>Sets exactly the properties that the argument names, and no other.</summary>
    /// <param name="argument">The text behind the first colon of the entry, trimmed; never empty.</param>
    /// <exception cref="FormatException">The argument can't be read. The message is one sentence for people.</exception>
    void ApplyArgument(string argument);
}
