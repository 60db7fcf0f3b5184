namespace RouteMiddleware.Tests.Middleware;

/// <summary>Where the middleware under test stands.</summary>
public enum TrueOfAllPlace
{
    Global,
    Route,
    GlobalAndRoute,
}
