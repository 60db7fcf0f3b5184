namespace RouteMiddleware;

/// <summary>
/// The options that a middleware's bare alias gets: its class's defaults, the defaults of its registration, and its section of the settings.
/// For services that belong to a middleware, such as the issuer of the tokens that <c>auth</c> checks.
/// </summary>
public interface ISharedOptions
{
    /// <summary>Makes a new options object; changing it changes nothing else.</summary>
    /// <typeparam name="TOptions">The options class of the middleware's registration.</typeparam>
    /// <param name="alias">The middleware's alias.</param>
    /// <returns>The options, bound but not checked.</returns>
    /// <exception cref="RouteMiddlewareException">The alias is unknown, has other options, or its section can't be read.</exception>
    TOptions Get<TOptions>(string alias)
        where TOptions : class;
}
