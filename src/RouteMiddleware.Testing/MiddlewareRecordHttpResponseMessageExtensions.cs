namespace RouteMiddleware.Testing;

/// <summary>Asks an answer of a test host what ran for it.</summary>
public static class MiddlewareRecordHttpResponseMessageExtensions
{
    /// <summary>The record of the request: <c>response.Middleware().Ran("request_id", "auth").StoppedAt("rate_limit")</c>.</summary>
    /// <param name="response">An answer of a host that records: <c>factory.WithMiddlewareRecord()</c>.</param>
    /// <returns>The record.</returns>
    /// <exception cref="MiddlewareRecordException">There is no record of the answer.</exception>
    public static MiddlewareRecord Middleware(this HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);

        if (!response.Headers.TryGetValues(MiddlewareRecorder.HeaderName, out var ids))
        {
            throw new MiddlewareRecordException(
                "The answer has no record. Make the client of factory.WithMiddlewareRecord(). Where an exception reached Kestrel, the answer is Kestrel's own: see factory.MiddlewareRecords().");
        }

        return MiddlewareRecorder.Find(ids.First())
            ?? throw new MiddlewareRecordException("The record of the answer is gone: its host was disposed, or has answered ten thousand requests since.");
    }
}
