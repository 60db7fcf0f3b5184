using System.Net;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>Asks for a route that needs no store.</summary>
internal sealed class PlainWorker(SoakRig rig) : SoakWorker(rig, "plain")
{
    protected override string Kind => "request without a store";

    protected override async Task<(bool Worked, string Outcome)> StepAsync(int number)
    {
        var body = await Rig.App.Client.GetStringAsync(new Uri("/plain", UriKind.Relative));

        if (body != "plain")
        {
            Rig.History.NoteOdd($"plain {number}: '{body}'");
        }

        return (true, body);
    }
}

/// <summary>Asks for answers that are cached in the store, of several pages in turn.</summary>
internal sealed class CacheWorker(SoakRig rig) : SoakWorker(rig, "cache")
{
    protected override string Kind => "request with a cache";

    protected override async Task<(bool Worked, string Outcome)> StepAsync(int number)
    {
        var body = await Rig.App.Client.GetStringAsync(new Uri($"/cached/k{number % 5}", UriKind.Relative));

        if (body != $"k{number % 5}/")
        {
            Rig.History.NoteOdd($"cache {number}: '{body}'");
        }

        return (true, body);
    }
}

/// <summary>A caller in each round who asks for more than its limit.</summary>
internal sealed class LimitWorker(SoakRig rig, string policy) : SoakWorker(rig, policy)
{
    private int _caller;
    private int _admitted;

    protected override string Kind => $"request with a limit ({Name})";

    public override Task BeginAsync()
    {
        (_admitted, _caller) = (0, _caller + 1);
        return Task.CompletedTask;
    }

    public override async Task CheckAsync()
    {
        // Once more from the store, once from the instance where that decides for itself.
        var most = SoakRig.Limit * (1 + (Rig.MayForget ? 1 : 0) + (Name == "local" ? 1 : 0));

        if (_admitted > most)
        {
            Rig.History.NoteOdd($"{Name}: {_admitted} admitted, at most {most}");
        }

        await BeginAsync();
    }

    protected override async Task<(bool Worked, string Outcome)> StepAsync(int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/" + Name, UriKind.Relative));
        request.Headers.Add(SoakRig.AddressHeader, $"10.{_caller >> 16 & 255}.{_caller >> 8 & 255}.{_caller & 255}");
        using var response = await Rig.App.Client.SendAsync(request);
        _admitted += response.StatusCode == HttpStatusCode.OK ? 1 : 0;

        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests || (Name == "closed" && response.StatusCode == HttpStatusCode.ServiceUnavailable))
        {
            return (response.StatusCode != HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}");
        }

        Rig.History.NoteOdd($"{Name} {number}: {response.StatusCode}");
        return (false, $"{response.StatusCode}");
    }
}
