using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>The queues of this instance, one for each session that has any: so that an instance asks the server for one request of a session at a time.</summary>
internal sealed class KeyedTurns(TimeProvider clock)
{
    private readonly Dictionary<SessionId, Place> _places = [];
    private readonly Lock _lock = new();

    /// <summary>The queue of a session. Each call is matched by one of <see cref="Return"/>.</summary>
    public Place Rent(SessionId family)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(family, out var place))
            {
                _places[family] = place = new(family, new(clock));
            }

            place.Users++;
            return place;
        }
    }

    public void Return(Place place)
    {
        lock (_lock)
        {
            if (--place.Users == 0)
            {
                _places.Remove(place.Family);
            }
        }
    }

    /// <summary>One session's queue.</summary>
    internal sealed class Place(SessionId family, SessionTurns turns)
    {
        public SessionId Family { get; } = family;

        public SessionTurns Turns { get; } = turns;

        public int Users { get; set; }

        /// <summary>What the last in the queue wrote: a better guess than what the next one loaded before it began to wait. Touched only by whose turn it is.</summary>
        public (string Key, ReadOnlyMemory<byte> Value)? Last { get; set; }
    }
}
