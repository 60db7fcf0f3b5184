using System.Globalization;
using System.Net;
using RouteMiddleware.Contrib.Session.Tests.Support;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>One client of a session: adds to its counter, sets a field that nobody else sets, and reads that.</summary>
internal sealed class SessionWorker(SoakRig rig, SoakSession session, string name) : SoakWorker(rig, name)
{
    private Browser _browser = new(rig.App);
    private int _tried;
    private int _acknowledged;

    protected override string Kind => "request with a session";

    private string Field => "f-" + Name;

    public override Task BeginAsync()
    {
        _browser = new(Rig.App, session.Cookie);
        (_tried, _acknowledged) = (0, 0);
        return Task.CompletedTask;
    }

    public override async Task CheckAsync()
    {
        var (number, who) = await session.ReadAsync(Field);

        if (who == session.Name && (number < _acknowledged || number > _tried))
        {
            Rig.History.NoteOdd($"{Name}: {Field} is {number}, not {_acknowledged} to {_tried}");
        }
    }

    protected override async Task<(bool Worked, string Outcome)> StepAsync(int number)
    {
        switch (number % 3)
        {
            case 0:
                session.Try();
                return await SendAsync(HttpMethod.Post, "add", session.Acknowledge);
            case 1:
                _tried = number;
                return await SendAsync(HttpMethod.Post, $"set/{Field}/{number}", _ => _acknowledged = number);
            default:
                return await SendAsync(HttpMethod.Get, $"get/{Field}", found =>
                {
                    // A server that keeps everything but the last second may go back to before that.
                    if (found > _tried || (found < _acknowledged && !Rig.MayForget))
                    {
                        Rig.History.NoteOdd($"{Name} {number}: read {found}, not {_acknowledged} to {_tried}");
                    }
                });
        }
    }

    private async Task<(bool Worked, string Outcome)> SendAsync(HttpMethod method, string path, Action<int> take)
    {
        using var response = await _browser.SendAsync(method, "/session/" + path);
        var body = await response.Content.ReadAsStringAsync();

        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                var parts = body.Split(' ');

                if (parts[1] == session.Name && _browser.Cookie == session.Cookie)
                {
                    take(int.Parse(parts[0], CultureInfo.InvariantCulture));
                    return (true, $"{path} {body}");
                }

                if (!Rig.MayForget || parts[1].Length > 0)
                {
                    Rig.History.NoteOdd($"{Name}: '{body}' to {path} of {session.Name}, {string.Join(' ', _browser.SetCookies)}");
                }

                // The store forgot the session: it is nobody's now.
                return (true, $"{path} {body} (forgotten)");
            case HttpStatusCode.ServiceUnavailable when _browser.SetCookies.Count == 0:
                return (false, $"{path} refused");
            default:
                Rig.History.NoteOdd($"{Name}: {response.StatusCode} to {path}: {body} {string.Join(' ', _browser.SetCookies)}");
                return (false, $"{path} {response.StatusCode}");
        }
    }
}
