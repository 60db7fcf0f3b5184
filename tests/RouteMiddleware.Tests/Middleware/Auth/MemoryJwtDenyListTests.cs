using System.Globalization;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

public sealed class MemoryJwtDenyListTests
{
    private readonly ManualClock _clock = new();
    private readonly MemoryJwtDenyList _list;

    public MemoryJwtDenyListTests() => _list = new MemoryJwtDenyList(_clock);

    [Fact]
    public void J15_Revoked_IsRefused_AndNoOther()
    {
        _list.Revoke("a", _clock.GetUtcNow().AddHours(1));

        Assert.True(_list.IsRevoked("a"));
        Assert.False(_list.IsRevoked("A"));
        Assert.False(_list.IsRevoked("b"));
    }

    [Fact]
    public void J15_Entries_StayAsLongAsTheirTokenCouldBeAccepted_AndGoThen()
    {
        _list.Revoke("short", _clock.GetUtcNow().AddSeconds(10));
        _list.Revoke("long", _clock.GetUtcNow().AddHours(2));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Fill("first", TimeSpan.FromSeconds(1));
        Assert.True(_list.IsRevoked("short"));

        _clock.Advance(TimeSpan.FromHours(1));
        Fill("second", TimeSpan.FromHours(1));
        Assert.False(_list.IsRevoked("short"));
        Assert.True(_list.IsRevoked("long"));
        Assert.InRange(_list.Count, 1_500, 1_600);
    }

    [Fact]
    public void J15_SecondCall_NeverShortensTheFirst()
    {
        _list.Revoke("a", _clock.GetUtcNow().AddHours(5));
        _list.Revoke("a", _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromHours(2));
        Fill("x", TimeSpan.FromHours(1));

        Assert.True(_list.IsRevoked("a"));
    }

    private void Fill(string name, TimeSpan lifetime)
    {
        for (var i = 0; i < 1_500; i++)
        {
            _list.Revoke(name + i.ToString(CultureInfo.InvariantCulture), _clock.GetUtcNow() + lifetime);
        }
    }
}
