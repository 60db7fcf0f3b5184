using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Engines.Redis;
using RouteMiddleware.Contrib.Session.Records;
using RouteMiddleware.Contrib.Session.Requests;
using RouteMiddleware.Contrib.Session.Sealing;

namespace RouteMiddleware.Contrib.Session;

/// <summary>Gives requests a session, and saves it before the answer goes out.</summary>
[OncePerChain]
internal sealed partial class SessionMiddleware : IMiddleware, IDescribeAnswers
{
    /// <summary>The session's name among the credentials of documents.</summary>
    public const string CredentialName = "Session";

    private static readonly SessionRefusals Refusals = new();

    private readonly SessionRules _rules;
    private readonly string _cookieName;

    public SessionMiddleware(
        SessionOptions options,
        SessionStores stores,
        TimeProvider clock,
        IOptions<JsonOptions> json,
        IHostEnvironment environment,
        ILogger<SessionMiddleware> logger,
        IServiceProvider services,
        ISessionEngineSource? engines = null)
    {
        var secrets = SessionOptionsRules.Check(options, () => services.GetRequiredService<IRedisConnection>().IsConfigured);
        var cookie = CookieOf(options);
        _cookieName = options.CookieName;
        var lifetimes = new SessionLifetimes(
            options.CookieMaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            options.IdleTimeout,
            options.AbsoluteTimeout);

        if (options.Engine == SessionEngineKind.Signing && secrets.Count == 0 && environment.IsProduction() && stores.IsFirstWarning())
        {
            Log.SecretMissing(logger);
        }

        _rules = new()
        {
            Engine = engines?.Create(options) ?? CreateEngine(options, secrets, cookie, lifetimes, stores, clock, services, logger),
            Cookie = cookie,
            Lifetimes = lifetimes,
            Json = new(json.Value.SerializerOptions),
            Clock = clock,
            Store = new(options.StoreTimeout, clock, logger),
            Degrades = options.OnStoreFailure == SessionStoreFailure.Degrade,
            InDevelopment = environment.IsDevelopment(),
            Refused = stores.Refused,
            Ended = stores.Ended,
            Logger = logger,
        };
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Another one would overwrite the cookie of the first where the request is answered again, by an error page for one.
        if (context.Features.Get<ISessionFeature>() is not SessionFeature feature || !feature.IsOf(_rules))
        {
            feature = new(_rules, context);
            context.Features.Set<ISessionFeature>(feature);
        }

        feature.Begin();
        Task rest;

        try
        {
            rest = next(context);
        }
        catch (Exception exception)
        {
            rest = Task.FromException(exception);
        }

        if (!rest.IsCompletedSuccessfully || feature.State is { IsPending: true })
        {
            return FinishAsync(rest, feature, context);
        }

        feature.End();
        return rest;
    }

    public void DescribeAnswers(EndpointAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(answers);

        answers.Accept(Credential.Cookie(CredentialName, _cookieName) with { Description = "The session's cookie, as the login sets it." });
        answers.Add(Refusals.TooLarge);
        answers.Add(Refusals.StoreFailed, AnswerHeader.RetryAfter);
    }

    private static async Task FinishAsync(Task rest, SessionFeature feature, HttpContext context)
    {
        try
        {
            await rest.ConfigureAwait(false);

            if (feature.State is { IsPending: true } state)
            {
                await state.BeginSaving().CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            feature.State?.Saving?.Abandon();

            if (feature.State is not { } state || SessionSaving.RefusalOf(exception, state) is not { } refusal || context.Response.HasStarted)
            {
                throw;
            }

            await RefuseAsync(context, refusal).ConfigureAwait(false);
        }
        finally
        {
            feature.End();
        }
    }

    // What the handler said of its own content is not true of the answer that takes its place; what outer middleware set stays.
    private static Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        var headers = context.Response.Headers;
        headers.ContentLength = null;

        foreach (var name in (ReadOnlySpan<string>)["Content-Type", "Content-Encoding", "Content-Disposition", "Content-Range", "Content-Language", "ETag", "Last-Modified", "Expires", "Location"])
        {
            headers.Remove(name);
        }

        return refusal.WriteAsync(context, refusal.Status == StatusCodes.Status503ServiceUnavailable ? TimeSpan.FromSeconds(1) : null);
    }

    private static CookieShape CookieOf(SessionOptions options) => new(
        options.CookieName,
        options.CookiePath,
        options.CookieDomain,
        options.CookieHttpOnly,
        options.CookieSameSite,
        options.CookieSecure switch
        {
            SessionCookieSecure.Always => true,
            SessionCookieSecure.Never => false,
            _ => null,
        });

    private static ISessionEngine CreateEngine(
        SessionOptions options,
        IReadOnlyList<byte[]> secrets,
        CookieShape cookie,
        SessionLifetimes lifetimes,
        SessionStores stores,
        TimeProvider clock,
        IServiceProvider services,
        ILogger logger)
    {
        if (options.Engine == SessionEngineKind.Signing)
        {
            stores.Register(options.Engine, options.CookieName, stores.Ended);
            return new SigningEngine(CreateSealer(options, secrets, stores), cookie, lifetimes, options.MaxCookieBytes, stores.Revoked, stores.Ended, stores.Refused, clock);
        }

        if (options.Engine == SessionEngineKind.Redis)
        {
            return CreateRedisEngine(options, lifetimes, stores, clock, services.GetRequiredService<IRedisConnection>(), logger);
        }

        var store = stores.Memory(options.CookieName);
        store.Allow(options.MaxSessions);
        stores.Register(options.Engine, options.CookieName, new MemoryDirectory(store, stores.Ended, clock));
        return new MemoryEngine(store, lifetimes, options.Concurrency == SessionConcurrency.Serialize, stores.Ended, stores.Refused, clock);
    }

    // A method of its own: without this engine nothing of the client for Redis is loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RedisEngine CreateRedisEngine(SessionOptions options, SessionLifetimes lifetimes, SessionStores stores, TimeProvider clock, IRedisConnection redis, ILogger logger)
    {
        if (options.Durability == 0)
        {
            Log.MasterAlone(logger, options.CookieName);
        }
        else
        {
            Log.Replicas(logger, options.CookieName, options.Durability, options.StoreTimeout);
        }

        var keys = new RedisKeys(redis.KeyPrefix, options.CookieName);
        var users = new RedisUsers(redis, keys, stores.Ended, options.StoreTimeout, clock);
        var sessions = new RedisSessions(redis, keys, new(redis, options.Durability, clock), options.StoreTimeout, clock);
        stores.Register(options.Engine, options.CookieName, users);
        return new(sessions, users, lifetimes, options.Concurrency == SessionConcurrency.Serialize, options.MaxStoredBytes, stores.Refused, clock, logger);
    }

    private static ICookieSealer CreateSealer(SessionOptions options, IReadOnlyList<byte[]> secrets, SessionStores stores)
    {
        if (secrets.Count == 0)
        {
            return new ProtectedSealer(stores.DataProtection.Provider, options.CookieName);
        }

        return options.Encrypt
            ? new EncryptedSealer([.. secrets.Select(secret => SealingKey.Derive(secret, EncryptedSealer.Purpose, options.CookieName))])
            : new SignedSealer([.. secrets.Select(secret => SealingKey.Derive(secret, SignedSealer.Purpose, options.CookieName))]);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No RouteMiddleware:Session:Secret is set: data protection seals the session cookies. Other instances can't read them unless they share its keys, and users are logged out where the keys are lost.", EventName = "SecretMissing")]
        public static partial void SecretMissing(ILogger logger);

        [LoggerMessage(2, LogLevel.Information, "Sessions '{Cookie}' are kept in Redis. A save counts once the master has it: what Redis itself loses, without AOF at a restart or with a failover, is lost.", EventName = "MasterAlone")]
        public static partial void MasterAlone(ILogger logger, string cookie);

        [LoggerMessage(3, LogLevel.Information, "Sessions '{Cookie}' are kept in Redis. A save counts once {Replicas} replica(s) have it; one that takes longer than {Timeout} is a 503.", EventName = "Replicas")]
        public static partial void Replicas(ILogger logger, string cookie, int replicas, TimeSpan timeout);
    }
}
