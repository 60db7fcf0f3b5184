namespace RouteMiddleware.Tests.Middleware.BodyLimit;

public sealed record Upload(string Text);
