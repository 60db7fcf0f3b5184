namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Where a request's permits were taken.</summary>
internal readonly record struct RatePermit(PartitionShard Shard, Partition Partition, long Stamp);
