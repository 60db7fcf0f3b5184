using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>
/// Makes the connection: to the master alone where several end points are named and are no cluster. The client itself would send writes to every server that calls itself a
/// master, an old one that comes back among them.
/// </summary>
internal sealed class LinkFactory(RedisSettings settings, IServiceProvider services, TimeProvider clock)
{
    // What every script does, and some accounts may not.
    private const string Greeting = "return redis.call('TIME')[1]";

    private static readonly TimeSpan KnockLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(1);

    private EndPoint? _last;
    private bool _hasConnected;
    private int _failures;

    public static string Name(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        _ => endPoint.ToString() ?? "",
    };

    /// <summary>Tries once.</summary>
    /// <returns>The connection, which has carried a script out; or what kept it from that.</returns>
    public async Task<LinkAttempt> TryAsync(CancellationToken stopping)
    {
        var attempt = settings.IsRegistered ? await TakeRegisteredAsync(stopping).ConfigureAwait(false) : await ConnectAsync(settings.Client!, stopping).ConfigureAwait(false);

        if (attempt.Link is { } link)
        {
            attempt = await GreetAsync(link, stopping).ConfigureAwait(false);

            if (attempt.Link is null)
            {
                link.Retire(TimeSpan.Zero);
            }
        }

        _failures = attempt.Link is null && attempt.WasThere ? _failures + 1 : 0;

        if (attempt.Link is not null)
        {
            _hasConnected = true;
            _last = attempt.Link.EndPoint;
        }

        return attempt;
    }

    // The client wants 'allowAdmin' for its own INFO.
    private async Task<string[]> InfoAsync(RedisLink link, CancellationToken stopping)
        => ((string?)await link.Database.ExecuteAsync("INFO").WaitAsync(Limit, clock, stopping).ConfigureAwait(false) ?? "").Split('\n', StringSplitOptions.TrimEntries);

    private static string? Value(string[] lines, string name) => Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private async Task<LinkAttempt> TakeRegisteredAsync(CancellationToken stopping)
    {
        try
        {
            // Most applications connect in the factory, and wait for it: on a thread of its own.
            var multiplexer = await Task.Factory.StartNew(
                () => services.GetRequiredService<IConnectionMultiplexer>(),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).WaitAsync(stopping).ConfigureAwait(false);
            return multiplexer.IsConnected ? new(new(multiplexer, isOurs: false, null, clock), null, true) : new(null, "it is not connected", false);
        }
        catch (Exception exception)
        {
            // The application's own code: it is asked again, as a server that is away is.
            return new(null, $"it can't be made ({exception.GetType().Name})", false);
        }
    }

    private async Task<LinkAttempt> ConnectAsync(ConfigurationOptions client, CancellationToken stopping)
    {
        // A sentinel's names are no places to knock at.
        if (!string.IsNullOrEmpty(client.ServiceName))
        {
            return await OpenAsync(client, null, stopping).ConfigureAwait(false);
        }

        var limit = KnockLimit < settings.Options.ConnectTimeout ? KnockLimit : settings.Options.ConnectTimeout;
        var endPoints = client.EndPoints.OrderByDescending(endPoint => endPoint.Equals(_last)).ToArray();
        var answers = await Task.WhenAll(endPoints.Select(endPoint => Knock.AtAsync(endPoint, !client.Ssl && client.Proxy == Proxy.None, limit, clock, stopping))).ConfigureAwait(false);
        var present = endPoints.Where((_, index) => answers[index] is null).ToArray();

        return present.Length == 0 ? new(null, answers[0], false)
            : endPoints.Length == 1 ? await OpenAsync(client, endPoints[0], stopping).ConfigureAwait(false)
            : await ChooseAsync(client, present, stopping).ConfigureAwait(false);
    }

    // The master that was used last; else the one with the longest history, for a master that comes back empty has none.
    private async Task<LinkAttempt> ChooseAsync(ConfigurationOptions client, EndPoint[] present, CancellationToken stopping)
    {
        LinkAttempt best = new(null, "none of the servers is a master", true);
        var longest = -1L;

        foreach (var endPoint in present)
        {
            var attempt = await OpenAsync(client, endPoint, stopping).ConfigureAwait(false);

            if (attempt.Link is not { } link)
            {
                best = best.Link is null ? attempt : best;
                continue;
            }

            if (link.Multiplexer.GetServer(endPoint).ServerType == ServerType.Cluster)
            {
                best.Link?.Retire(TimeSpan.Zero);
                return attempt;
            }

            // An account that may not ask: it counts as a master, and READONLY says otherwise.
            var info = await TellAsync(link, stopping).ConfigureAwait(false);
            _ = long.TryParse(Value(info, "master_repl_offset:"), CultureInfo.InvariantCulture, out var offset);

            if (Value(info, "role:") is not "slave" && offset > longest)
            {
                best.Link?.Retire(TimeSpan.Zero);
                (best, longest) = (attempt, endPoint.Equals(_last) ? long.MaxValue : offset);
            }
            else
            {
                link.Retire(TimeSpan.Zero);
            }

            if (longest == long.MaxValue)
            {
                break;
            }
        }

        return best;
    }

    // Once a connection stood, the next is first tried for a short time: a server that died beside the one that lives would take all of a long one.
    private TimeSpan Limit => _hasConnected && FirstLimit * (1 << Math.Min(_failures, 6)) is var limit && limit < settings.Options.ConnectTimeout ? limit : settings.Options.ConnectTimeout;

    private async Task<LinkAttempt> OpenAsync(ConfigurationOptions client, EndPoint? endPoint, CancellationToken stopping)
    {
        var own = client.Clone();
        own.ConnectTimeout = (int)Limit.TotalMilliseconds;

        if (endPoint is not null)
        {
            own.EndPoints.Clear();
            own.EndPoints.Add(endPoint);
        }

        // The client waits for threads while it closes a connection that failed.
        var opening = Task.Run(() => ConnectionMultiplexer.ConnectAsync(own));

        try
        {
            var multiplexer = await opening.WaitAsync(Limit + Limit, clock, stopping).ConfigureAwait(false);

            // In order, one reader that is slow with its reply would hold up all others'. Newer clients know no order any more, and say so by a warning.
#pragma warning disable CS0618
            multiplexer.PreserveAsyncOrder = false;
#pragma warning restore CS0618
            return new(new(multiplexer, isOurs: true, endPoint, clock), null, true);
        }
        catch (Exception exception) when (exception is TimeoutException || (exception is OperationCanceledException && stopping.IsCancellationRequested))
        {
            // The end of the application does not wait for it either.
            _ = opening.ContinueWith(CloseLate, CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
            return new(null, "it does not answer", true);
        }
        catch (RedisConnectionException exception)
        {
            return new(null, IsAboutThePassword(exception) ? "it refuses the password, or wants one" : $"the client can't connect ({exception.FailureType})", true);
        }
        catch (Exception exception) when (RedisError.IsKnown(exception))
        {
            return new(null, $"the client can't connect ({exception.GetType().Name})", true);
        }
    }

    private static void CloseLate(Task<ConnectionMultiplexer> opened)
    {
        if (opened.IsCompletedSuccessfully)
        {
            opened.Result.Close(allowCommandsToComplete: false);
        }
        else
        {
            // Marked as seen: how it fails then is no news.
            _ = opened.Exception;
        }
    }

    private static bool IsAboutThePassword(RedisConnectionException exception)
        => exception.FailureType == ConnectionFailureType.AuthenticationFailure || exception.Message.Contains("Authentication", StringComparison.OrdinalIgnoreCase) || exception.Message.Contains("NOAUTH", StringComparison.Ordinal);

    private async Task<LinkAttempt> GreetAsync(RedisLink link, CancellationToken stopping)
    {
        try
        {
            await link.Database.ScriptEvaluateAsync(Greeting).WaitAsync(Limit, clock, stopping).ConfigureAwait(false);
            link.Heard();
            var info = await TellAsync(link, stopping).ConfigureAwait(false);
            return link.IsOurs && Value(info, "role:") is "slave"
                ? new(null, "it is a replica", true)
                : new(link, null, true) { Policy = Value(info, "maxmemory_policy:") };
        }
        catch (TimeoutException)
        {
            return new(null, "it does not run a script in time", true);
        }
        catch (Exception exception) when (RedisError.IsKnown(exception))
        {
            var error = RedisError.Of(exception);
            return new(null, error.Code switch
            {
                "NOPERM" => "its user may not run scripts (EVAL, EVALSHA, SCRIPT LOAD, TIME)",
                "NOAUTH" or "WRONGPASS" => "it refuses the password, or wants one",
                "READONLY" => "it is a replica",
                null => error.Failure == RedisFailure.NotConnected && link.Multiplexer.IsConnected ? "it is a replica, or leaves the cluster" : "the connection breaks",
                var code => $"it refuses to run a script ({code})",
            }, true);
        }
    }

    private async Task<string[]> TellAsync(RedisLink link, CancellationToken stopping)
    {
        try
        {
            return await InfoAsync(link, stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisError.IsKnown(exception))
        {
            // An account that may not ask, or a service that does not tell.
            return [];
        }
    }
}
