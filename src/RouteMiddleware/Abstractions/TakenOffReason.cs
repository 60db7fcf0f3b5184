namespace RouteMiddleware;

/// <summary>Why a declared middleware does not run.</summary>
public enum TakenOffReason
{
    /// <summary><c>WithoutMiddleware</c> took it off the endpoint or its group.</summary>
    WithoutMiddleware,

    /// <summary>Its alias is listed in <c>RouteMiddleware:Disabled</c>.</summary>
    Disabled,

    /// <summary>Its entry says <c>Enabled: false</c>.</summary>
    NotEnabled,

    /// <summary>Its entry counts in other environments.</summary>
    Environment,

    /// <summary>It is in the global list behind routing, which runs the endpoint at once: <c>ShortCircuit()</c>.</summary>
    ShortCircuit,
}
