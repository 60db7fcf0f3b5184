using System.Security.Claims;

namespace Api;

/// <summary>The order desk. What guards it stands on the group it is mapped in.</summary>
public static class OrderEndpoints
{
    public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/orders", (Orders orders, ClaimsPrincipal user) => orders.Of(user.Identity!.Name!));

        routes.MapGet("/orders/{id:int}", (int id, Orders orders, ClaimsPrincipal user) => orders.Get(id, user.Identity!.Name!));

        routes.MapPost("/orders", (NewOrder order, Orders orders, ClaimsPrincipal user) =>
        {
            if (string.IsNullOrWhiteSpace(order.Item) || order.Item.Length > 100 || order.Quantity is < 1 or > 1000)
            {
                return Results.Problem("An order has an item of 1 to 100 letters and a quantity from 1 to 1000.", statusCode: 400);
            }

            var placed = orders.Place(order.Item.Trim(), order.Quantity, user.Identity!.Name!);
            return Results.Created($"/api/orders/{placed.Id}", placed);
        });

        return routes;
    }
}
