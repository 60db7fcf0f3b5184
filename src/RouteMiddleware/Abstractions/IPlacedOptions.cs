namespace RouteMiddleware;

/// <summary>Options that want to know for which attachment they are.</summary>
internal interface IPlacedOptions
{
    /// <summary>The attachment.</summary>
    AttachmentPlace? Place { get; set; }
}
