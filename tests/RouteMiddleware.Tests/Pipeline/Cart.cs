using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Pipeline;

[Requires("trail")]
public sealed class Cart
{
    public static ValueTask<Cart?> BindAsync(HttpContext context) => ValueTask.FromResult<Cart?>(context is null ? null : new Cart());
}
