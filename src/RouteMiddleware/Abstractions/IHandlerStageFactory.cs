using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// A middleware whose handler stage is made once per endpoint: it can look at the handler's parameters and may decline.
/// Use it in place of <see cref="IEndpointFilter"/> where the stage is needed with some options only, or depends on the handler's signature.
/// </summary>
public interface IHandlerStageFactory
{
    /// <summary>
    /// Whether <see cref="CreateHandlerStage"/> may make a stage for any endpoint, with the options that this middleware was made with. Asked before ASP.NET Core makes
    /// the endpoint's handler, which takes it half as long again where a filter may stand around it; where this says no, no filter is added and
    /// <see cref="CreateHandlerStage"/> is not called. Default: <see langword="true"/>.
    /// </summary>
    bool MayNeedHandlerStage => true;

    /// <summary>Makes the handler stage for one endpoint, when the endpoint is built.</summary>
    /// <param name="context">The handler's method and the application's services.</param>
    /// <param name="next">The rest of the handler stage.</param>
    /// <returns>What runs around <paramref name="next"/>, or <paramref name="next"/> itself where nothing is needed.</returns>
    EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next);
}
