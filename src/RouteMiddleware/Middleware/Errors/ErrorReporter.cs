using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Gathers what a developer needs to know of an error, and masks it.</summary>
internal sealed class ErrorReporter(IMiddlewareChains chains, SecretTexts secrets, IConfiguration? configuration = null, IHostEnvironment? environment = null)
{
    // A deep recursion has thousands of frames, and a page of them helps nobody.
    private const int MostFrames = 100;
    private const int MostExceptions = 10;

    // File and line of a frame are looked up in symbols, all of a stack at once.
    private const int MostFramesWithFiles = 500;
    private const int LongestText = 10_000;

    public async Task<ErrorReport> ReportAsync(HttpContext context, Exception exception, int status, bool includeSettings)
    {
        var mask = secrets.MaskFor(context);
        var request = context.Request;
        List<ReportedException> exceptions = [];

        foreach (var one in Flatten(exception).Take(MostExceptions))
        {
            exceptions.Add(await ReportAsync(one, mask).ConfigureAwait(false));
        }

        return new()
        {
            Status = status,
            Exceptions = exceptions,
            Chain = ChainOf(context, exception, mask),
            Method = request.Method,
            Path = mask(request.PathBase.Value + request.Path.Value),
            Route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText,
            TraceId = mask(Activity.Current?.Id ?? context.TraceIdentifier),
            RequestId = context.Features.Get<IRequestIdFeature>()?.RequestId is { } id ? mask(id) : null,
            Query = Masked(request.Query.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())), SecretTexts.IsSecretOfRequest, mask),
            RouteValues = Masked(
                request.RouteValues.Select(static pair => KeyValuePair.Create(pair.Key, Convert.ToString(pair.Value, CultureInfo.InvariantCulture) ?? "")),
                SecretTexts.IsSecretOfRequest,
                mask),
            Headers = Masked(request.Headers.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())), SecretTexts.IsSecretOfRequest, mask),
            Settings = includeSettings ? SettingsOf(mask) : null,
        };
    }

    private static IEnumerable<Exception> Flatten(Exception exception)
        => exception is AggregateException several
            ? several.InnerExceptions.SelectMany(Flatten).Prepend(exception)
            : exception.InnerException is { } inner ? Flatten(inner).Prepend(exception) : [exception];

    private static IReadOnlyList<KeyValuePair<string, string>> Masked(IEnumerable<KeyValuePair<string, string>> pairs, Func<string, bool> isSecret, Func<string, string> mask)
        => [.. pairs.Select(pair => KeyValuePair.Create(mask(pair.Key), isSecret(pair.Key) ? SecretTexts.Masked : Cut(mask(pair.Value))))];

    private static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), " …");

    private IReadOnlyList<KeyValuePair<string, string>> SettingsOf(Func<string, string> mask)
    {
        var section = configuration?.GetSection("RouteMiddleware").AsEnumerable(makePathsRelative: true) ?? [];

        return Masked(
            section.Where(static pair => pair.Value is not null).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value!)).OrderBy(static pair => pair.Key, ConfigurationKeyComparer.Instance),
            SecretTexts.IsSecretName,
            mask);
    }

    private List<ReportedLink> ChainOf(HttpContext context, Exception exception, Func<string, string> mask)
    {
        var endpoint = context.GetEndpoint();
        var links = chains.Of(endpoint);
        var culprit = Culprit.Find(exception, links, HandlerOf(endpoint));

        List<ReportedLink> chain =
        [
            .. links.Select(link => new ReportedLink(mask(link.ToString()), link.IsGlobal ? "global" : "route", mask(link.Origin), ReferenceEquals(link, culprit?.Link))),
            new(endpoint is null ? "(no endpoint)" : mask(endpoint.DisplayName ?? "(endpoint without a name)"), "handler", "", culprit?.IsHandler == true),
        ];

        if (culprit?.Result is { } result)
        {
            chain.Add(new(result, "result", "", true));
        }

        return chain;
    }

    private static MethodInfo? HandlerOf(Endpoint? endpoint)
        => endpoint?.Metadata.GetMetadata<MethodInfo>()
            ?? endpoint?.Metadata.GetMetadata<ControllerActionDescriptor>()?.MethodInfo
            ?? endpoint?.Metadata.GetMetadata<HandlerMethod>()?.Method
            ?? endpoint?.RequestDelegate?.Method;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where a method is not kept, its frame is left out.")]
    private async Task<ReportedException> ReportAsync(Exception exception, Func<string, string> mask)
    {
        List<ReportedFrame> frames = [];
        var omitted = 0;

        var stack = new StackTrace(exception, fNeedFileInfo: false);

        foreach (var frame in (stack.FrameCount > MostFramesWithFiles ? stack : new StackTrace(exception, fNeedFileInfo: true)).GetFrames())
        {
            if (frame.GetMethod() is not { DeclaringType: { } type } method || FrameNames.IsNoise(type))
            {
                continue;
            }

            if (frames.Count == MostFrames)
            {
                omitted++;
                continue;
            }

            var isOfApplication = IsOfApplication(type);
            var source = isOfApplication ? await SourceLines.ReadAsync(frame.GetFileName(), frame.GetFileLineNumber()).ConfigureAwait(false) : [];

            frames.Add(new(mask(FrameNames.Of(method)), PlaceOf(frame.GetFileName()), frame.GetFileLineNumber(), isOfApplication)
            {
                Source = [.. source.Select(line => KeyValuePair.Create(line.Key, mask(line.Value)))],
            });
        }

        return new(FrameNames.Of(exception.GetType()), Cut(mask(exception.Message)), frames, omitted);
    }

    private static bool IsOfApplication(Type type)
    {
        var assembly = type.Assembly.GetName().Name ?? "";

        return type.Assembly != typeof(ErrorReporter).Assembly
            && !assembly.StartsWith("System.", StringComparison.Ordinal)
            && !assembly.StartsWith("Microsoft.", StringComparison.Ordinal);
    }

    // Where the application lies on the disk is nobody's business.
    private string? PlaceOf(string? file)
    {
        if (file is null)
        {
            return null;
        }

        var root = environment?.ContentRootPath;
        var path = root is null ? file : Path.GetRelativePath(root, file);
        return Path.IsPathRooted(path) || path.StartsWith("..", StringComparison.Ordinal) ? Path.GetFileName(file.Replace('\\', '/')) : path.Replace('\\', '/');
    }
}
