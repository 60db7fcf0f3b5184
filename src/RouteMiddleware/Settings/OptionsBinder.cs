using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace RouteMiddleware.Settings;

/// <summary>
/// Sets options from a part of the settings. In place of the framework's binder, which stops at the first bad value and appends to lists where
/// a setting should take the default's place. A key that no option has is a fault; a list takes the default's place; a map is merged over it.
/// </summary>
internal static class OptionsBinder
{
    public static void Bind(
        object options,
        [DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] Type type,
        IConfiguration values,
        string where,
        FaultList faults)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.GetMethod is not null && property.GetIndexParameters().Length == 0 && (property.SetMethod?.IsPublic == true || IsMap(property.PropertyType)))
            .ToArray();

        foreach (var value in values.GetChildren())
        {
            var key = $"{where}:{value.Key}";
            var property = properties.FirstOrDefault(candidate => AliasComparer.Instance.Equals(candidate.Name, value.Key));

            if (property is null)
            {
                faults.Add(key, $"'{value.Key}' is no option of {type.Name}.", NearestName.Advice(value.Key, properties.Select(static candidate => candidate.Name)));
                continue;
            }

            try
            {
                Set(options, property, value);
            }
            catch (FormatException exception)
            {
                faults.Add(key, exception.Message, $"Give {type.Name}.{property.Name} a value of its kind.");
            }
        }
    }

    private static void Set(object options, PropertyInfo property, IConfigurationSection value)
    {
        var type = property.PropertyType;

        if (TextConversion.Supports(type))
        {
            property.SetValue(options, value.GetChildren().Any() ? throw new FormatException("One value is expected, not a list or an object.") : TextConversion.Read(value.Value, type));
        }
        else if (IsMap(type))
        {
            Merge((IDictionary<string, string?>?)property.GetValue(options) ?? throw new FormatException("The map is missing in the options."), value);
        }
        else if (property.SetMethod is not null && type.IsAssignableFrom(typeof(List<string>)))
        {
            property.SetValue(options, EntryReader.ReadTexts(value));
        }
        else if (type == typeof(string[]))
        {
            property.SetValue(options, EntryReader.ReadTexts(value).ToArray());
        }
        else if (property.GetValue(options) is IList { IsFixedSize: false, IsReadOnly: false } list && ElementType(type) is { } element && TextConversion.Supports(element))
        {
            list.Clear();
            EntryReader.ReadTexts(value).ForEach(text => list.Add(TextConversion.Read(text, element)));
        }
        else
        {
            throw new FormatException($"An option of type {type.Name} can't be set from settings, only in code.");
        }
    }

    private static bool IsMap(Type type) => type.IsAssignableTo(typeof(IDictionary<string, string?>)) || type == typeof(IDictionary<string, string?>);

    private static Type? ElementType(Type type) => type.IsGenericType && type.GetGenericArguments() is [var element] ? element : null;

    private static void Merge(IDictionary<string, string?> map, IConfigurationSection values)
    {
        foreach (var value in values.GetChildren())
        {
            map[value.Key] = value.Value;
        }
    }
}
