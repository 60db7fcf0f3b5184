using System.Reflection;
using System.Text.RegularExpressions;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Names methods and classes as their source does, not as the compiler does.</summary>
internal static partial class FrameNames
{
    public static string Of(MethodBase method)
    {
        var type = method.DeclaringType;
        var name = method.Name;

        // The compiler's own classes have a pointed name: the method that they were made of stands in it.
        while (type is not null && type.Name.StartsWith('<'))
        {
            name = name is "MoveNext" ? type.Name : name;
            type = type.DeclaringType;
        }

        return type is null ? Plain(name) : $"{Of(type)}.{Plain(name)}()";
    }

    public static string Of(Type type)
    {
        var name = type.FullName ?? type.Name;

        // Generic arguments are told with all their assemblies; the class's name says enough.
        var end = name.IndexOf('[', StringComparison.Ordinal);
        return Arity().Replace(end < 0 ? name : name[..end], "").Replace('+', '.');
    }

    /// <summary>Whether a frame only passes an exception on.</summary>
    public static bool IsNoise(Type type) => type.Namespace is "System.Runtime.CompilerServices" or "System.Runtime.ExceptionServices";

    private static string Plain(string name)
        => Generated().Match(name) is { Success: true } match
            ? match.Groups switch
            {
                var groups when groups["local"].Success => $"{Plain(groups["method"].Value)}.{groups["local"].Value}",
                var groups when groups["kind"].Value == "b" => $"{Plain(groups["method"].Value)} (lambda)",
                var groups => Plain(groups["method"].Value),
            }
            : name;

    [GeneratedRegex(@"^<(?<method>.*)>(?<kind>[a-z])(__(?<local>[A-Za-z_]\w*)\|)?", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Generated();

    [GeneratedRegex(@"`\d+", RegexOptions.None, 1000)]
    private static partial Regex Arity();
}
