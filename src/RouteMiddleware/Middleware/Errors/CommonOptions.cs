namespace RouteMiddleware.Middleware.Errors;

/// <summary>What callers are told of an exception that nobody caught.</summary>
public sealed class CommonOptions
{
    /// <summary>
    /// Whether callers see the exception, its stack, the request and the chain. Default: <see langword="null"/>, which means in the environment
    /// <c>Development</c> only. <see langword="true"/> anywhere else stops the start, unless <see cref="UnsafeDebugOutsideDevelopment"/> says that it is meant.
    /// </summary>
    public bool? Debug { get; set; }

    /// <summary>Whether the debug page shows the section <c>RouteMiddleware</c> of the settings, with its secrets masked. Default: <see langword="true"/>.</summary>
    public bool IncludeSettings { get; set; } = true;

    /// <summary>Whether details are shown only to callers on the same machine, by the address of the connection. Default: <see langword="false"/>.</summary>
    public bool DebugLoopbackOnly { get; set; }

    /// <summary>Allows <see cref="Debug"/> outside <c>Development</c>: whoever can make a request fail then reads source code. Default: <see langword="false"/>.</summary>
    public bool UnsafeDebugOutsideDevelopment { get; set; }
}
