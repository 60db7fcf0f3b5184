namespace RouteMiddleware;

/// <summary>
/// The options that a middleware's bare alias gets: its class's defaults, the defaults of its registration, and its section of the settings.
/// For services that belong to a middleware, such as the issuer of the tokens that <c>auth</c> checks.
/// </summary>
public interface ISharedOptions
{
    /// <summary>
    /// Raised when a reload of the settings was accepted: <see cref="Get{TOptions}"/> gives the new options from now on, and no request has run with them yet.
    /// Not raised for a reload that is refused.
    /// </summary>
    event EventHandler? Reloaded;

    /// <summary>
    /// Makes a new options object; changing it changes nothing else. The constructor of a middleware that is made for a reload gets the new options already, on its own
    /// thread: nothing of them may be kept before <see cref="Reloaded"/>, for the reload may be refused.
    /// </summary>
    /// <typeparam name="TOptions">The options class of the middleware's registration.</typeparam>
    /// <param name="alias">The middleware's alias, or the name of a section that <see cref="RouteMiddlewareBuilder.AddSection"/> claimed.</param>
    /// <returns>The options, bound but not checked.</returns>
    /// <exception cref="RouteMiddlewareException">The alias is unknown, has other options, or its section can't be read.</exception>
    TOptions Get<TOptions>(string alias)
        where TOptions : class;
}
