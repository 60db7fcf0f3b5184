using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Controllers;

namespace RouteMiddleware.Contrib.OpenApi.Tests;

/// <summary>A controller for documents; tests alone bring it in.</summary>
[ApiController]
[Route("stock")]
internal sealed class StockController : ControllerBase
{
    [HttpGet]
    public int Count() => 3;

    /// <summary>Takes it for a controller although it is not public.</summary>
    internal sealed class Provider : ControllerFeatureProvider
    {
        protected override bool IsController(TypeInfo typeInfo) => typeInfo.AsType() == typeof(StockController);
    }
}
