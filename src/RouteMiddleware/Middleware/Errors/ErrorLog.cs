using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Writes down what became of exceptions, without the secrets in them: each error once, with its stack, and what is the caller's doing for those who look.</summary>
internal sealed partial class ErrorLog(ILogger<CommonMiddleware> logger, ErrorMetrics metrics, SecretTexts secrets)
{
    /// <summary>Our failure. Nothing happens where this incident was written down before.</summary>
    public void Failed(Incident incident, int status)
    {
        if (incident.IsLogged)
        {
            return;
        }

        incident.IsLogged = true;
        var (context, exception) = (incident.Context, incident.Exception);

        if (logger.IsEnabled(LogLevel.Error))
        {
            Log.Unhandled(logger, Masked(context, exception), context.Request.Method, PathOf(context));
        }

        metrics.Count(context, exception, status);
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("error.type", exception.GetType().FullName));
    }

    /// <summary>What was thrown while the incident was answered.</summary>
    public void AnswerFailed(Incident incident, Exception another)
    {
        if (logger.IsEnabled(LogLevel.Error))
        {
            Log.AnswerFailed(logger, Masked(incident.Context, another), incident.Context.Request.Method, PathOf(incident.Context));
        }
    }

    /// <summary>A known error: an answer like others, unless it is the server's fault.</summary>
    public void Mapped(Incident incident, ErrorMapping mapping, int status)
    {
        if (status >= StatusCodes.Status500InternalServerError)
        {
            Failed(incident, status);
            return;
        }

        var (context, exception) = (incident.Context, incident.Exception);

        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.Mapped(logger, Masked(context, exception), mapping, status, context.Request.Method, PathOf(context));
        }

        metrics.Count(context, exception, status);
    }

    /// <summary>An error that a service of the application answered; what is said of it is that service's matter.</summary>
    public void Handled(Incident incident, Type handler)
    {
        var (context, exception) = (incident.Context, incident.Exception);

        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.Handled(logger, Masked(context, exception), handler, context.Response.StatusCode, context.Request.Method, PathOf(context));
        }

        metrics.Count(context, exception, context.Response.StatusCode);
    }

    public void BadRequest(Incident incident, int status)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.BadRequest(logger, Masked(incident.Context, incident.Exception), status, incident.Context.Request.Method, PathOf(incident.Context));
        }
    }

    public void ClientGone(Incident incident)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.ClientGone(logger, Masked(incident.Context, incident.Exception), incident.Context.Request.Method, PathOf(incident.Context));
        }
    }

    // Escaped, so that it is one line whatever the caller sent.
    private string PathOf(HttpContext context) => secrets.Mask(context.Request.Path.ToUriComponent());

    private Exception Masked(HttpContext context, Exception exception) => MaskedException.Of(exception, secrets.MaskFor(context));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} '{Path}' failed: nobody caught the exception.", EventName = "Unhandled")]
        public static partial void Unhandled(ILogger logger, Exception exception, string method, string path);

        [LoggerMessage(2, LogLevel.Error, "The answer to the error of {Method} '{Path}' failed itself; a plain one went out.", EventName = "AnswerFailed")]
        public static partial void AnswerFailed(ILogger logger, Exception exception, string method, string path);

        [LoggerMessage(3, LogLevel.Debug, "The caller of {Method} '{Path}' went away.", EventName = "ClientGone")]
        public static partial void ClientGone(ILogger logger, Exception exception, string method, string path);

        [LoggerMessage(4, LogLevel.Debug, "{Method} '{Path}' can't be read: {Status}.", EventName = "BadRequest")]
        public static partial void BadRequest(ILogger logger, Exception exception, int status, string method, string path);

        [LoggerMessage(5, LogLevel.Debug, "{Mapping} answered {Method} '{Path}' with {Status}.", EventName = "Mapped")]
        public static partial void Mapped(ILogger logger, Exception exception, ErrorMapping mapping, int status, string method, string path);

        [LoggerMessage(6, LogLevel.Debug, "'{Handler}' answered {Method} '{Path}' with {Status}.", EventName = "Handled")]
        public static partial void Handled(ILogger logger, Exception exception, Type handler, int status, string method, string path);
    }
}
