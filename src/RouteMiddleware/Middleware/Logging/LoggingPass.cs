using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>One request's way through the loggers of one name: who comes second, by a second entry or when an error handler runs the pipeline again, adds nothing that is told already.</summary>
internal sealed class LoggingPass(string loggerName, LoggingPass? other)
{
    /// <summary>Whether somebody watches the request's body.</summary>
    public bool WatchesBody { get; set; }

    public static LoggingPass? Find(HttpContext context, string loggerName)
    {
        var pass = context.Features.Get<LoggingPass>();

        while (pass is not null && !pass.Has(loggerName))
        {
            pass = pass.Other;
        }

        return pass;
    }

    private LoggingPass? Other { get; } = other;

    private bool Has(string name) => string.Equals(loggerName, name, StringComparison.Ordinal);
}
