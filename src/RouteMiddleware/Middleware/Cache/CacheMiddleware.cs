using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Gives answers again that were given before, and lets one request make an answer for all who wait for it.</summary>
[RunsAfter("auth")]
[RunsAfter("optional_auth")]
[RunsAfter("session_auth")]
[RunsAfter("tenant")]
[RunsAfter("trusted_host")]
[RunsAfter("ip_filter")]
[RunsAfter("maintenance")]
internal sealed partial class CacheMiddleware : IMiddleware, IDescribeAnswers
{
    // What ASP.NET Core's authorization leaves behind where it ran.
    private const string AuthorizationRan = "__AuthorizationMiddlewareWithEndpointInvoked";

    private static readonly Func<object, Task> SendMiss = static state =>
    {
        var headers = ((HttpContext)state).Response.Headers;
        var given = headers["X-Cache"];

        // A cache inside this one has said it already.
        if (given.Count != 1 || given[0] is not ("HIT" or "MISS"))
        {
            headers["X-Cache"] = "MISS";
        }

        return Task.CompletedTask;
    };

    private readonly ICacheStore _store;

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public CacheMiddleware(CacheOptions options, CacheServices services)
    {
        var shared = services.SharedFor(options);
        options.Check(services.SizeLimit, shared);

        Services = services;
        _store = services.Open(options);
        Keys = new(options);
        Policy = options.Mode == CacheMode.Rfc9111 ? new Rfc9111Policy(options) : new DurationPolicy(options);
        Replayed = new(options.ExcludeHeaders, Policy.KeepsDate);
        Tags = [.. options.Tags.Distinct(StringComparer.Ordinal)];
        MaxBodySize = Math.Min(options.MaxBodySize, options.FindShared(shared)?.MaxSize ?? options.SizeLimit);
        FillTimeout = options.FillTimeout;
        ByUser = options.VaryByUser;
    }

    public CacheServices Services { get; }

    public ICacheStore Store => _store;

    public CachePolicy Policy { get; }

    public CacheKeyRule Keys { get; }

    public ReplayedHeaders Replayed { get; }

    public string[] Tags { get; }

    public long MaxBodySize { get; }

    public TimeSpan FillTimeout { get; }

    public bool ByUser { get; }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var facts = RequestFacts.Read(context.Request.Headers);
        var use = Ask(context, facts);

        if (use == CacheUse.None)
        {
            return PassAsync(context, next, "request");
        }

        var outer = context.Features.Get<CacheTags>();
        var now = Services.Clock.GetUtcNow().UtcTicks;
        var writer = new KeyWriter(stackalloc char[384]);

        try
        {
            if (!Keys.Write(ref writer, context, outer?.Depth ?? 0, facts))
            {
                return PassAsync(context, next, "key");
            }

            var primaryLength = writer.Key.Length;
            var isKnown = Find(ref writer, context, now, out var item);

            if (writer.IsTooLong)
            {
                return PassAsync(context, next, "key");
            }

            if ((use & CacheUse.Serve) != CacheUse.None && item is StoredAnswer answer && Policy.IsServable(answer, context, now))
            {
                return GiveAsync(context, answer, now, outer, facts.HasConditions);
            }

            return MissAsync(context, next, use, new(writer.Key[..primaryLength].ToString(), writer.Key.ToString(), item, isKnown), outer);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers)
    {
        answers.AddHeader(new("X-Cache", "HIT where the answer was given before, else MISS."));

        if (HttpMethods.IsGet(answers.Method) || HttpMethods.IsHead(answers.Method))
        {
            var age = new AnswerHeader("Age", "How many seconds ago an answer was made that was given before.") { IsNumber = true };
            var tag = new AnswerHeader("ETag", "The answer's version, for If-None-Match.");
            answers.AddHeader(age, onSuccessOnly: true);
            answers.AddHeader(tag, onSuccessOnly: true);
            answers.Add(StatusCodes.Status304NotModified, "The answer is still the one that If-None-Match or If-Modified-Since names.", age, tag);
        }
    }

    /// <summary>Looks again, for one who waited.</summary>
    public CachePlace Look(HttpContext context, int depth)
    {
        var writer = new KeyWriter(stackalloc char[384]);

        try
        {
            Keys.Write(ref writer, context, depth, RequestFacts.Read(context.Request.Headers));
            var primary = writer.Key.ToString();
            var isKnown = Find(ref writer, context, Services.Clock.GetUtcNow().UtcTicks, out var item);
            return new(primary, writer.Key.ToString(), item, isKnown);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Gives a kept answer.</summary>
    public Task GiveAsync(HttpContext context, StoredAnswer answer, long now, CacheTags? outer, bool hasConditions = true)
    {
        // A cache around this one keeps the answer too, and must lose it with this one.
        outer?.AddStored(answer.Tags);

        if (Services.Metrics.IsEnabled)
        {
            Services.Metrics.Count(context, "hit");
        }

        return StoredAnswerWriter.WriteAsync(context, answer, now, hasConditions);
    }

    public static void TellMiss(HttpContext context) => context.Response.OnStarting(SendMiss, context);

    /// <summary>Lets a request pass.</summary>
    public Task PassAsync(HttpContext context, RequestDelegate next, string reason)
    {
        if (Services.Metrics.IsEnabled)
        {
            Services.Metrics.Count(context, "pass", reason);
        }

        TellMiss(context);

        // What changes something makes void what was kept of it.
        if (Policy.Invalidates && Invalidation.IsUnsafe(context.Request.Method))
        {
            Invalidation.Begin(context, _store, Services.Trouble);
        }

        return next(context);
    }

    /// <summary>Says why an answer was not kept.</summary>
    public void Report(HttpContext context, string? refusal)
    {
        if (Services.Metrics.IsEnabled)
        {
            Services.Metrics.Count(context, "miss", refusal ?? "none");
        }

        if (refusal is not null && Services.Logger.IsEnabled(LogLevel.Debug))
        {
            Log.NotKept(Services.Logger, CacheMetrics.RouteOf(context), refusal);
        }
    }

    // Requests that can't be answered from what others got, before anything else of them is looked at.
    private CacheUse Ask(HttpContext context, in RequestFacts facts)
    {
        var request = context.Request;
        var isHead = HttpMethods.IsHead(request.Method);

        // An error page is being made: it is not the answer of its address.
        if ((!isHead && !HttpMethods.IsGet(request.Method)) || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return CacheUse.None;
        }

        // Over HTTP/2 a body needs no header that tells of it.
        if (facts.IsSpecial || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            return CacheUse.None;
        }

        var use = Policy.Ask(context, facts);

        if (!ByUser && !Policy.IsForUsers && CacheKeyRule.IsAuthenticated(context))
        {
            return CacheUse.None;
        }

        // Authorization comes later, or never: whoever asks here may not be allowed to see what others got.
        if (context.GetEndpoint() is { } endpoint
            && endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
            && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
            && !context.Items.ContainsKey(AuthorizationRan))
        {
            return CacheUse.None;
        }

        return isHead ? use & CacheUse.Serve : use;
    }

    private bool Find(ref KeyWriter writer, HttpContext context, long now, out CacheItem? item)
    {
        if (!_store.TryGet(writer.Key, now, out item))
        {
            return false;
        }

        if (item is not VaryMark mark)
        {
            return true;
        }

        return CacheKeyRule.AddVariant(ref writer, mark.Names, context.Request.Headers) && _store.TryGet(writer.Key, now, out item);
    }

    private Task MissAsync(HttpContext context, RequestDelegate next, CacheUse use, CachePlace place, CacheTags? outer)
    {
        // Whether it is a miss is not known yet.
        if (!place.IsKnown)
        {
            return new CachePass(this, context, next, use, outer).RunAsync(place);
        }

        // What HEAD brings has no body to keep.
        if ((use & CacheUse.Store) == CacheUse.None)
        {
            return PassAsync(context, next, "request");
        }

        TellMiss(context);
        return new CachePass(this, context, next, use, outer).RunAsync(place);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "An answer of '{Route}' is not kept ({Reason}).", EventName = "NotKept")]
        public static partial void NotKept(ILogger logger, string route, string reason);
    }
}
