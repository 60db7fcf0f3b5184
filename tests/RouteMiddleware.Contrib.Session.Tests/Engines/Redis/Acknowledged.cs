using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>
/// Clients that write rising numbers into sessions of their own while a test breaks things, and the check of what they saw: no answer but 200 and 503, none late, and what was
/// acknowledged is there, or something newer.
/// </summary>
internal sealed class Acknowledged : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _ending = new();
    private readonly Writer[] _writers;
    private readonly Task _running;

    private Acknowledged(Writer[] writers)
    {
        _writers = writers;
        _running = Task.WhenAll(writers.Select(writer => Task.Run(() => writer.RunAsync(_ending.Token))));
    }

    public int Writes => _writers.Sum(static writer => writer.Written);

    public int Refused => _writers.Sum(static writer => writer.Refused);

    public TimeSpan Slowest => _writers.Max(static writer => writer.Slowest);

    public static async Task<Acknowledged> StartAsync(TestApp app, int writers = 8)
    {
        var all = Enumerable.Range(0, writers).Select(_ => new Writer(app)).ToArray();
        await Task.WhenAll(all.Select(static writer => writer.BeginAsync()));
        var load = new Acknowledged(all);
        await load.GoesOnAsync();
        return load;
    }

    /// <summary>Waits until every client has written anew.</summary>
    public Task<TimeSpan> GoesOnAsync()
    {
        var before = _writers.Select(static writer => writer.Written).ToArray();
        return Eventually.HoldsAsync(() => _writers.Zip(before).All(static pair => pair.First.Written > pair.Second + 2), Patience);
    }

    /// <summary>Waits until so many further writes were refused.</summary>
    public Task<TimeSpan> IsRefusedAsync(int count = 5)
    {
        var before = Refused;
        return Eventually.HoldsAsync(() => Refused >= before + count, Patience);
    }

    /// <summary>Ends the load and checks every session.</summary>
    public async Task CheckAsync(bool mayBeGone = false)
    {
        await _ending.CancelAsync();
        await _running;

        foreach (var writer in _writers)
        {
            Assert.Empty(writer.Odd);
            await writer.CheckAsync(mayBeGone);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private sealed class Writer(TestApp app)
    {
        private readonly Browser _browser = new(app);
        private int _tried;
        private volatile int _acknowledged;
        private volatile int _written;
        private volatile int _refused;

        public int Written => _written;

        public int Refused => _refused;

        public TimeSpan Slowest { get; private set; }

        public ConcurrentQueue<string> Odd { get; } = [];

        // The first may come before the connection.
        public Task<TimeSpan> BeginAsync() => Eventually.HoldsAsync(async () =>
        {
            using var response = await _browser.PostAsync("/set/n/0");
            return response.IsSuccessStatusCode;
        });

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            // Whoever is refused does not try again at once: nothing else would get a turn.
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));

            while (!cancellationToken.IsCancellationRequested)
            {
                _tried++;
                var began = Stopwatch.GetTimestamp();
                using var response = await _browser.PostAsync($"/set/n/{_tried}");
                var took = Stopwatch.GetElapsedTime(began);
                Slowest = took > Slowest ? took : Slowest;

                switch (response.StatusCode)
                {
                    case HttpStatusCode.OK:
                        _acknowledged = _tried;
                        _written++;
                        break;
                    case HttpStatusCode.ServiceUnavailable when _browser.SetCookies.Count == 0:
                        _refused++;
                        await pause.WaitForNextTickAsync(CancellationToken.None);
                        break;
                    default:
                        Odd.Enqueue($"{response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
                        break;
                }
            }
        }

        public async Task CheckAsync(bool mayBeGone)
        {
            var found = "";
            await Eventually.HoldsAsync(async () =>
            {
                using var response = await _browser.GetAsync("/get/n");
                found = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode;
            });

            if (!(mayBeGone && found == "(none)"))
            {
                Assert.InRange(int.Parse(found, CultureInfo.InvariantCulture), _acknowledged, _tried);
            }
        }
    }
}
