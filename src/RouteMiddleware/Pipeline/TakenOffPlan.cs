using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>What was declared for an endpoint and does not run there.</summary>
/// <param name="Plan">What would run.</param>
/// <param name="Owner">The attachment it came by; <see langword="null"/> in the global list.</param>
/// <param name="Exclusion">The call that took it off; <see langword="null"/> where the entry itself does not count.</param>
internal sealed record TakenOffPlan(LinkPlan Plan, Attachment? Owner, Attachment? Exclusion);
