using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>The checked settings of the connection. Made at the first use, so that nothing of the client is loaded where nobody uses it.</summary>
internal sealed class RedisSettings
{
    public RedisSettings(ISharedOptions options, IServiceProviderIsService registered)
    {
        Options = options.Get<RedisOptions>("Redis");
        IsRegistered = registered.IsService(typeof(IConnectionMultiplexer));
        var faults = Options.Faults().ToList();

        if (!IsRegistered && !string.IsNullOrWhiteSpace(Options.Configuration))
        {
            Client = Read(Options, faults);
        }
        else if (!IsRegistered && Options.Required)
        {
            faults.Add(new(
                RedisOptions.Key(nameof(RedisOptions.Required)),
                "Redis is required, but nothing says where it is.",
                $"Set {RedisOptions.Key(nameof(RedisOptions.Configuration))}, or register an IConnectionMultiplexer."));
        }

        if (faults.Count > 0)
        {
            throw new RouteMiddlewareException(faults);
        }
    }

    public RedisOptions Options { get; }

    /// <summary>Whether the application brings its own connection.</summary>
    public bool IsRegistered { get; }

    /// <summary>What our own connection is made from, if there is to be one.</summary>
    public ConfigurationOptions? Client { get; }

    /// <summary>Where Redis is, for people: without password and options.</summary>
    public string Place => Client is null ? "the registered IConnectionMultiplexer" : string.Join(", ", Client.EndPoints.Select(LinkFactory.Name));

    private static ConfigurationOptions? Read(RedisOptions options, List<RouteMiddlewareFault> faults)
    {
        try
        {
            // Nothing here listens to messages: without those commands the client opens one connection for each server, not two.
            var text = options.Configuration!.Contains("serviceName", StringComparison.OrdinalIgnoreCase)
                ? options.Configuration
                : options.Configuration + ",$SUBSCRIBE=,$UNSUBSCRIBE=,$PSUBSCRIBE=,$PUNSUBSCRIBE=";
            var client = ConfigurationOptions.Parse(text);

            if (client.EndPoints.Count > 0)
            {
                // The end points are ours to choose from (see LinkFactory), with no key of the client's own for it.
                client.TieBreaker = "";
                client.ConfigurationChannel = "";
                client.AbortOnConnectFail = true;
                client.ConnectRetry = 1;
                client.SetDefaultPorts();
                return client;
            }

            faults.Add(Fault("names no end point"));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            // The client's message may quote the value, and with it the password.
            faults.Add(Fault($"can't be read: {UnreadablePart(options.Configuration!)}"));
        }

        return null;
    }

    private static RouteMiddlewareFault Fault(string what) => new(
        RedisOptions.Key(nameof(RedisOptions.Configuration)),
        $"The configuration of Redis {what}.",
        "Write it as StackExchange.Redis does: 'host:6379,password=…,ssl=true'.");

    // The first option that the client does not take, by its name alone.
    private static string UnreadablePart(string configuration)
    {
        foreach (var part in configuration.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                ConfigurationOptions.Parse(part);
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
            {
                return part.IndexOf('=', StringComparison.Ordinal) is > 0 and var end ? $"the option '{part[..end]}' is unknown or has no such value" : "an end point is none";
            }
        }

        return "its options don't go together";
    }
}
