using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace RouteMiddleware.Tests.Kit;

/// <summary>The JSON schema of one options class: what the settings can say of each property.</summary>
internal static class OptionsSchema
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The properties that settings can set.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type options)
        => options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.SetMethod?.IsPublic == true && property.GetIndexParameters().Length == 0 && KindOf(property.PropertyType) is not null);

    public static JsonObject Of(Type options, XmlDocs docs)
    {
        var defaults = Activator.CreateInstance(options)!;
        var properties = new JsonObject();

        foreach (var property in PropertiesOf(options))
        {
            properties[property.Name] = Of(property, property.GetValue(defaults), docs);
        }

        return new JsonObject
        {
            ["description"] = docs.SummaryOf(options),
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }

    /// <summary>How settings write a value.</summary>
    public static JsonNode? Write(object? value) => value switch
    {
        null => null,
        bool truth => truth,
        int or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        Enum or string => value.ToString(),
        IDictionary<string, string?> map => new JsonObject(map.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Write)]),
        _ => throw new NotSupportedException($"A default of type {value.GetType()} has no form in settings yet."),
    };

    private static JsonObject Of(PropertyInfo property, object? value, XmlDocs docs)
    {
        var schema = KindOf(property.PropertyType)!;
        var isNullable = Nullable.GetUnderlyingType(property.PropertyType) is not null || Nullability.Create(property).WriteState == NullabilityState.Nullable;
        AddLimits(schema, property);

        if (isNullable && schema["type"] is { } type)
        {
            schema["type"] = type is JsonArray several ? new JsonArray([.. several.Select(static one => one!.DeepClone()), "null"]) : new JsonArray(type.DeepClone(), "null");
            (schema["enum"] as JsonArray)?.Add((JsonNode?)null);
        }

        schema["default"] = Write(value);
        schema.Insert(0, "description", docs.SummaryOf(property) ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} is not documented."));
        return schema;
    }

    private static void AddLimits(JsonObject schema, PropertyInfo property)
    {
        foreach (var attribute in property.GetCustomAttributes())
        {
            switch (attribute)
            {
                case RangeAttribute range:
                    var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                    var highest = type == typeof(long) ? long.MaxValue : (double)int.MaxValue;
                    schema["minimum"] = Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture);

                    // An end that the type itself sets says nothing.
                    if (Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) is var maximum && maximum < highest)
                    {
                        schema["maximum"] = (long)maximum;
                    }

                    break;
                case AllowedValuesAttribute allowed:
                    schema["enum"] = new JsonArray([.. allowed.Values.Select(Write)]);
                    break;
                case RequiredAttribute:
                    schema[property.PropertyType == typeof(string) ? "minLength" : "minItems"] = 1;
                    break;
            }
        }
    }

    private static JsonObject? KindOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;

        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. NamesOf(type).Select(static name => (JsonNode)name)]) };
        }

        if (type.IsAssignableTo(typeof(IDictionary<string, string?>)))
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "null") } };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) && KindOf(type.GetGenericArguments()[0]) is { } items)
        {
            // A list of one text with commas is a list, too.
            return new JsonObject { ["type"] = new JsonArray("array", "string"), ["items"] = items };
        }

        return type switch
        {
            _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when type == typeof(int) || type == typeof(long) => new JsonObject { ["type"] = "integer" },
            _ when type == typeof(double) => new JsonObject { ["type"] = "number" },
            _ when type == typeof(TimeSpan) => new JsonObject { ["type"] = "string", ["pattern"] = $"^{ShortDuration.Pattern}$" },
            _ when type == typeof(string) || type == typeof(DateTimeOffset) => new JsonObject { ["type"] = "string" },
            _ => null,
        };
    }

    // As the class has them, and as the documentation writes them: TokenBucket and token_bucket.
    private static IEnumerable<string> NamesOf(Type type)
        => Enum.GetNames(type).Concat(Enum.GetNames(type).Select(static name => string.Concat(name.Select(static (letter, index) => char.IsUpper(letter) && index > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}")))).Distinct(StringComparer.Ordinal);
}
