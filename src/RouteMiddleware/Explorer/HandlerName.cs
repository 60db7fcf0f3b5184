using System.Reflection;

namespace RouteMiddleware.Explorer;

/// <summary>The name of a handler as its author knows it: what the compiler makes of a lambda is told by the method in which it stands.</summary>
internal static class HandlerName
{
    public static string Of(MethodInfo method)
    {
        var type = method.DeclaringType;

        while (type is { DeclaringType: not null } && type.Name.StartsWith('<'))
        {
            type = type.DeclaringType;
        }

        var owner = type?.FullName?.Replace('+', '.');

        // <Map>b__0_0 is a lambda in Map, <Map>g__Answer|0_0 a function of its own there; <<Main>$>… stands in the program itself.
        if (!method.Name.StartsWith('<') || method.Name.LastIndexOf('>') is var end && end < 1)
        {
            return $"{owner}.{method.Name}";
        }

        var outer = method.Name[1..end].Trim('<', '>', '$');
        var place = outer is "" or "Main" ? owner : $"{owner}.{outer}";
        var rest = method.Name[(end + 1)..];

        return rest.StartsWith("g__", StringComparison.Ordinal) && rest.IndexOf('|') is var bar and > 3 ? $"{rest[3..bar]} in {place}" : $"lambda in {place}";
    }
}
