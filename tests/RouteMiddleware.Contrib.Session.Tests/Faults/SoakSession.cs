using System.Globalization;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>A session of one client or several, and what its counter may be: no addition that was acknowledged is lost, none counts twice.</summary>
internal sealed class SoakSession(SoakRig rig, string name)
{
    private readonly HashSet<int> _acknowledged = [];
    private int _tried;
    private int _generation;

    public string Name => $"{name}-{_generation}";

    public string? Cookie { get; private set; }

    /// <summary>Additions that were acknowledged, and that a server which keeps everything but the last second forgot all the same.</summary>
    public int Lost { get; private set; }

    /// <summary>Begins a new one.</summary>
    public async Task BeginAsync()
    {
        _generation++;
        lock (_acknowledged)
        {
            _acknowledged.Clear();
            _tried = 0;
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                var browser = new Browser(rig.App);
                using var response = await browser.PostAsync($"/session/begin/{Name}");
                Cookie = browser.Cookie;
                return response.IsSuccessStatusCode;
            },
            TimeSpan.FromMinutes(3));
    }

    public void Try() => Interlocked.Increment(ref _tried);

    public void Acknowledge(int number)
    {
        lock (_acknowledged)
        {
            if (!_acknowledged.Add(number) && !rig.MayForget)
            {
                rig.History.NoteOdd($"{Name}: {number} was acknowledged twice: one of the two is lost");
            }
        }

        if (number > Volatile.Read(ref _tried))
        {
            rig.History.NoteOdd($"{Name}: {number} after {_tried} additions");
        }
    }

    /// <summary>A field and whose session it is, however long the store takes.</summary>
    public async Task<(int Number, string Who)> ReadAsync(string field)
    {
        var found = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var browser = new Browser(rig.App, Cookie);
                using var response = await browser.GetAsync($"/session/get/{field}");
                found = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode;
            },
            TimeSpan.FromMinutes(3));
        var parts = found.Split(' ');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }

    /// <summary>Checks the counter, while nobody adds.</summary>
    public async Task CheckAsync()
    {
        var (number, who) = await ReadAsync("n");

        if (who != Name)
        {
            Lost += _acknowledged.Count;

            if (!rig.MayForget || who.Length > 0)
            {
                rig.History.NoteOdd($"{Name}: the session is '{who}'");
            }
        }
        else if (number > _tried)
        {
            rig.History.NoteOdd($"{Name}: {number} after {_tried} additions");
        }
        else if (number < _acknowledged.Count)
        {
            Lost += _acknowledged.Count - number;

            if (!rig.MayForget)
            {
                rig.History.NoteOdd($"{Name}: {number} after {_acknowledged.Count} acknowledged additions");
            }
        }
    }
}
