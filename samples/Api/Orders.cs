using System.Collections.Concurrent;

namespace Api;

/// <summary>The orders, in memory. A real application keeps them in its database.</summary>
public sealed class Orders
{
    private readonly ConcurrentDictionary<int, Order> _orders = new();
    private int _lastId;

    public int Count => _orders.Count;

    public IEnumerable<Order> Of(string user) => _orders.Values.Where(order => order.PlacedBy == user).OrderBy(order => order.Id);

    public Order Get(int id, string user) => _orders.TryGetValue(id, out var order) && order.PlacedBy == user ? order : throw new OrderNotFoundException();

    public Order Place(string item, int quantity, string user)
    {
        var order = new Order(Interlocked.Increment(ref _lastId), item, quantity, user);
        _orders[order.Id] = order;
        return order;
    }
}
