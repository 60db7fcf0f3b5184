using Microsoft.AspNetCore.Mvc;

namespace RouteMiddleware.Tests.Middleware.BodyLimit;

/// <summary>Internal, so that the applications of other tests don't find it.</summary>
[ApiController]
[Route("/controller")]
internal sealed class UploadController : ControllerBase
{
    [HttpPost]
    public string Read(Upload upload) => $"read {upload.Text.Length + 11}";
}
