using System.Reflection;

namespace RouteMiddleware.Settings;

/// <summary>One option, and which layer set it last.</summary>
/// <param name="Property">The property of the options class.</param>
/// <param name="Key">The key of an entry of a map.</param>
/// <param name="Value">The value itself: not to be shown before secrets are masked.</param>
/// <param name="Source">The layer.</param>
/// <param name="By">The settings key, where a section or an entry set it; the call, where it was <c>PostConfigure</c>.</param>
internal sealed record TracedOption(PropertyInfo Property, string? Key, object? Value, ChainOptionSource Source, string? By)
{
    public string Name => Key is null ? Property.Name : $"{Property.Name}:{Key}";
}
