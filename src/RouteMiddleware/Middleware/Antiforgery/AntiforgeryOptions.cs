using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Antiforgery;

/// <summary>Which requests need an antiforgery token. What the token looks like is set by <c>AddAntiforgery(options => …)</c>.</summary>
public sealed class AntiforgeryOptions
{
    /// <summary>Methods that change nothing and need no token. Default: <c>GET</c>, <c>HEAD</c>, <c>OPTIONS</c>, <c>TRACE</c>; never POST, PUT, PATCH or DELETE.</summary>
    public IList<string> SafeMethods { get; set; } = ["GET", "HEAD", "OPTIONS", "TRACE"];

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        foreach (var method in SafeMethods)
        {
            if (string.IsNullOrWhiteSpace(method))
            {
                faults.Add($"{nameof(SafeMethods)} has an empty entry; name methods.");
            }
            else if (method.ToUpperInvariant() is "POST" or "PUT" or "PATCH" or "DELETE")
            {
                faults.Add($"{nameof(SafeMethods)} names '{method}', which is never safe; take it out.");
            }
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AntiforgeryOptions), faults);
        }
    }
}
