namespace RouteMiddleware;

/// <summary>Among a request's features: its answer is a page whose Content-Security-Policy is made for that page alone, so nobody puts another in its place.</summary>
internal sealed class OwnContentPolicy
{
    public static readonly OwnContentPolicy Instance = new();

    private OwnContentPolicy()
    {
    }
}
