using RouteMiddleware.Contrib.Redis.Tests.Architecture;

// The test runner does not come by here.
return args is [Subject.Word, var configuration] ? await Subject.RunAsync(configuration) : 1;
