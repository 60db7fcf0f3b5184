using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>What another room has to say of the finished chains before the application starts.</summary>
internal interface IStartupRule
{
    /// <param name="endpoints">Every endpoint of the application, built.</param>
    /// <param name="faults">Takes what keeps the application from starting.</param>
    void Check(IReadOnlyList<Endpoint> endpoints, FaultList faults);
}
