using Microsoft.AspNetCore.Mvc;

namespace RouteMiddleware.Tests.Pipeline;

[ApiController]
[Route("controller")]
public sealed class OrdersController : ControllerBase
{
    [HttpPost]
    public Order Post(Order order) => order;

    [HttpPost("cart")]
    public bool PostCart([FromServices] Cart cart) => cart is null;
}
