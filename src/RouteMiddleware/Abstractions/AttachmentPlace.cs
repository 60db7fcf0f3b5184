namespace RouteMiddleware;

/// <summary>
/// Where an attachment stands, in words that are the same on every instance of the application and after every start. One object for each attachment, also over reloads of
/// the configuration.
/// </summary>
/// <param name="text">The first endpoint that it stands on, or the global list; and its conditions.</param>
internal sealed class AttachmentPlace(string text)
{
    public const string GlobalList = "global list";

    public override string ToString() => text;
}
