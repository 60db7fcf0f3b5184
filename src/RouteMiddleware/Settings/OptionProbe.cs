using System.Reflection;

namespace RouteMiddleware.Settings;

/// <summary>Makes options of which each differs from the real ones, so that it shows which of them some code sets, even to what they were before.</summary>
internal static class OptionProbe
{
    private const string Mark = "\u0001";

    public static object Of(object made, object real, IEnumerable<PropertyInfo> properties)
    {
        foreach (var property in properties.Where(static property => property.SetMethod?.IsPublic == true))
        {
            try
            {
                if (Another(property.GetValue(real), property.PropertyType) is { } value)
                {
                    property.SetValue(made, value);
                }
            }
            catch (TargetInvocationException)
            {
                // A setter that refuses the value keeps what it has: whether the code sets it then shows by a change alone.
            }
        }

        return made;
    }

    private static object? Another(object? value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;

        if (type.IsEnum)
        {
            return Enum.ToObject(type, Convert.ToInt64(value ?? 0, System.Globalization.CultureInfo.InvariantCulture) ^ 0x40);
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => value + Mark,
            TypeCode.Boolean => value is not true,
            TypeCode.Int32 => (value as int? ?? 0) ^ 1,
            TypeCode.Int64 => (value as long? ?? 0) ^ 1,
            TypeCode.Double => (value as double? ?? 0) + 1,
            _ when type == typeof(TimeSpan) => new TimeSpan((value as TimeSpan? ?? default).Ticks ^ 1),
            _ when type == typeof(DateTimeOffset) => (value as DateTimeOffset? ?? DateTimeOffset.UnixEpoch) == DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch.AddTicks(1) : DateTimeOffset.UnixEpoch,
            _ when type.IsAssignableFrom(typeof(List<string>)) && type != typeof(object) => new List<string> { Mark },
            _ when type == typeof(string[]) => new[] { Mark },
            _ => null,
        };
    }
}
