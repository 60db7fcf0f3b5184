using System.Reflection;
using System.Text;

namespace RouteMiddleware.Tests.Kit;

/// <summary>Lists the public API of a library as text, a line for each member, so that a change of it shows in a review.</summary>
public static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string List(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var text = new StringBuilder();

        foreach (var type in assembly.GetExportedTypes().OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type, full: true)).Append('\n');

            foreach (var member in type.GetMembers(Declared).Where(IsOpen).Select(member => Describe(member, type)).OfType<string>().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static bool IsOpen(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily,
        PropertyInfo property => (property.GetMethod ?? property.SetMethod)!.IsPublic,
        FieldInfo field => field.IsPublic,
        EventInfo { AddMethod: { } add } => add.IsPublic,
        _ => false,
    };

    private static string? Describe(MemberInfo member, Type type) => member switch
    {
        ConstructorInfo constructor => $"ctor({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true, Name: not ("op_Implicit" or "op_Explicit") } => null,
        MethodInfo method when type.GetMethod("<Clone>$") is not null && method.Name is "Equals" or "GetHashCode" or "<Clone>$" or "Deconstruct" => null,
        MethodInfo method => $"{(method.IsStatic ? "static " : method.IsAbstract || method is { IsVirtual: true, IsFinal: false } ? "virtual " : "")}{Name(method.ReturnType)} {method.Name}{Generic(method.GetGenericArguments())}({Parameters(method)})",
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name} {{{(property.GetMethod?.IsPublic == true ? " get;" : "")}{(property.SetMethod?.IsPublic == true ? " set;" : "")} }}",
        EventInfo raised => $"event {Name(raised.EventHandlerType!)} {raised.Name}",
        FieldInfo { IsSpecialName: true } => null,
        FieldInfo { IsLiteral: true } field when type.IsEnum => $"{field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}",
        _ => null,
    };

    private static string Parameters(MethodBase method)
        => string.Join(", ", method.GetParameters().Select(static parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}"));

    private static string Generic(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(static argument => Name(argument)))}>";

    private static string Name(Type type, bool full = false)
    {
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        var name = full ? type.FullName! : type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick] + Generic(type.GetGenericArguments());
    }
}
