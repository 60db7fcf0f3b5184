using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>What runs on an endpoint, and the attachment it came by.</summary>
internal sealed record PlacedPlan(LinkPlan Plan, Attachment Owner);
