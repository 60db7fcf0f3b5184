using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What the application adds to a token's user (<see cref="IClaimsTransformation"/>), if it registered anything.</summary>
internal sealed class UserTransformation
{
    private bool _mayExist;

    public UserTransformation(IServiceProvider services)
        => _mayExist = services.GetService<IServiceProviderIsService>()?.IsService(typeof(IClaimsTransformation)) is not false;

    /// <summary>The application's, from the request's own services: it may be scoped. Most have none, and their requests ask no services.</summary>
    public IClaimsTransformation? For(HttpContext context)
    {
        if (!_mayExist)
        {
            return null;
        }

        var transformation = context.RequestServices.GetService<IClaimsTransformation>();

        // AddAuthentication() brings one that does nothing. Two requests may both find it at first.
        if (transformation is null or NoopClaimsTransformation)
        {
            _mayExist = false;
            return null;
        }

        return transformation;
    }
}
