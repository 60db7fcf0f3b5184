namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Where alerts are posted, and how persistently.</summary>
/// <param name="Address">The fixed address of the options; it may hold a secret.</param>
/// <param name="Timeout">How long one attempt may take.</param>
/// <param name="Attempts">How often it is tried.</param>
internal sealed record WebhookTarget(Uri Address, TimeSpan Timeout, int Attempts);
