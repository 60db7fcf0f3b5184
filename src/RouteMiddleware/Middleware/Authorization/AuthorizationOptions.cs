using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Authorization;

/// <summary>Whom the middleware lets pass, besides what the endpoint asks for by <c>RequireAuthorization()</c> or <c>[Authorize]</c>.</summary>
[ArgumentFormat(".+", "staff")]
public sealed class AuthorizationOptions : IAcceptArgument
{
    /// <summary>The name of a policy of the application. Default: <see langword="null"/>, none.</summary>
    public string? Policy { get; set; }

    /// <summary>Roles of which the user must have one. Default: none.</summary>
    public IList<string> Roles { get; set; } = [];

    void IAcceptArgument.ApplyArgument(string argument) => Policy = argument;

    internal void ThrowIfInvalid()
    {
        List<string> faults = [];

        if (Policy is not null && string.IsNullOrWhiteSpace(Policy))
        {
            faults.Add($"{nameof(Policy)} is empty; name a policy, or leave it out.");
        }

        foreach (var role in Roles.Where(static role => string.IsNullOrWhiteSpace(role) || role.Contains(',', StringComparison.Ordinal)))
        {
            faults.Add($"{nameof(Roles)} names '{role}', which is no role: write one role in each entry, without commas.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(AuthorizationOptions), faults);
        }
    }
}
