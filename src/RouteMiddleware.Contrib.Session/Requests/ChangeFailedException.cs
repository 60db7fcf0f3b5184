namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>Carries what the application's own change threw through an engine, so that it isn't taken for a failed store.</summary>
internal sealed class ChangeFailedException(Exception innerException) : Exception(innerException.Message, innerException);
