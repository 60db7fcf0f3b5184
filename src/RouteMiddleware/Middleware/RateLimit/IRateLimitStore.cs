namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// Where several instances of an application count together. Register one as a service, and <see cref="RateLimitOptions.Store"/> can name it. It keeps time by a clock of its
/// own, the same for all instances.
/// </summary>
public interface IRateLimitStore
{
    /// <summary>What <see cref="RateLimitOptions.Store"/> calls it. Compared without case.</summary>
    string Name { get; }

    /// <summary>Why it can't be used, as a sentence that says what to do; <see langword="null"/> where it can. Asked at start.</summary>
    string? Fault { get; }

    /// <summary>Whether a question is worth asking at the moment. It may fail all the same.</summary>
    bool IsAvailable { get; }

    /// <summary>
    /// Takes permits of one caller by several limits, one behind the other, in one round trip: a limit is asked only where those in front of it admitted, and what these took
    /// stays taken.
    /// </summary>
    /// <param name="partition">The caller: letters and digits, at most 40.</param>
    /// <param name="policies">The limits, outermost first; at least one.</param>
    /// <param name="answers">Takes an answer for each limit that was asked: up to the first refusal.</param>
    /// <param name="timeout">How long the store may take.</param>
    /// <returns>A task that ends when <paramref name="answers"/> is filled.</returns>
    /// <exception cref="RateLimitStoreException">The store did not answer. Permits may have been taken; those of a <see cref="RateLimitAlgorithm.Concurrency"/> come back by themselves.</exception>
    ValueTask AcquireAsync(string partition, ReadOnlyMemory<RateLimitPolicy> policies, Memory<RateLimitAnswer> answers, TimeSpan timeout);

    /// <summary>
    /// Gives permits back: those of a request that is not to count, or that ended. With <see cref="RateLimitAlgorithm.Concurrency"/> it does not fail, and the permits of an
    /// instance that died come back by themselves.
    /// </summary>
    /// <param name="partition">The caller.</param>
    /// <param name="policy">The limit.</param>
    /// <param name="answer">What <see cref="AcquireAsync"/> said. Given back once at most.</param>
    /// <param name="timeout">How long the store may take.</param>
    /// <returns>What is free now.</returns>
    /// <exception cref="RateLimitStoreException">The store did not answer.</exception>
    ValueTask<RateLimitAnswer> ReturnAsync(string partition, RateLimitPolicy policy, RateLimitAnswer answer, TimeSpan timeout);
}
