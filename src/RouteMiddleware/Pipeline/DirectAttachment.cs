using System.Diagnostics.CodeAnalysis;

namespace RouteMiddleware.Pipeline;

/// <summary>Attachments of classes that a call names by type.</summary>
internal static class DirectAttachment
{
    public static Attachment Of<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware>(int line, string file)
        where TMiddleware : class
        => Attachment.Of(new MiddlewareRegistration(NameOf(typeof(TMiddleware)), NameOf(typeof(TMiddleware))) { MiddlewareType = typeof(TMiddleware) }, line, file);

    public static Attachment Of<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware, [DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] TOptions>(
        Action<TOptions> configure, int line, string file)
        where TMiddleware : class
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(configure);

        var registration = new MiddlewareRegistration(NameOf(typeof(TMiddleware)), NameOf(typeof(TMiddleware)))
        {
            MiddlewareType = typeof(TMiddleware),
            OptionsType = typeof(TOptions),
            CreateOptions = static () => new TOptions(),
        };

        return Attachment.Of(registration, line, file, options => configure((TOptions)options));
    }

    private static string NameOf(Type type) => type.FullName ?? type.Name;
}
