namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>What was said to the switch last.</summary>
/// <param name="IsOn">Whether it was to close.</param>
/// <param name="Refusal">The answer with the message that was given, if one was.</param>
/// <param name="Until">The first moment that is open again, if one was given.</param>
/// <param name="Settings">The count of the settings that were in force when it was said. Later ones are the newer word.</param>
internal sealed record MaintenanceWord(bool IsOn, Refusal? Refusal, DateTimeOffset? Until, int Settings);
