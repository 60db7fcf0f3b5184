using Microsoft.AspNetCore.Mvc;

namespace RouteMiddleware.Tests.Pipeline;

[ApiController]
[Route("controller")]
public sealed class OrdersController : ControllerBase
{
    [HttpPost]
    public Order Post(Order order) => order;
}
