using System.Globalization;

namespace RouteMiddleware.Settings;

/// <summary>Turns a setting's text into the type of an option.</summary>
internal static class TextConversion
{
    /// <summary>Whether an option of this type can be set from one text.</summary>
    public static bool Supports(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || Type.GetTypeCode(type) is not (TypeCode.Object or TypeCode.Empty or TypeCode.DBNull)
            || type == typeof(TimeSpan) || type == typeof(DateTimeOffset) || type == typeof(Guid) || type == typeof(Uri);
    }

    /// <summary>Reads the text.</summary>
    /// <exception cref="FormatException">The text can't be read as that type; the message tells what can.</exception>
    public static object? Read(string? text, Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return string.IsNullOrWhiteSpace(text) ? null : Read(text, underlying);
        }

        if (type == typeof(string))
        {
            return text;
        }

        text = text?.Trim() ?? "";

        if (type == typeof(TimeSpan))
        {
            return ShortDuration.Parse(text);
        }

        if (type.IsEnum)
        {
            return ReadEnum(text, type);
        }

        if (type == typeof(Uri))
        {
            return Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri) ? uri : throw new FormatException($"'{text}' is no address.");
        }

        if (type == typeof(Guid))
        {
            return Guid.Parse(text);
        }

        if (type == typeof(DateTimeOffset))
        {
            return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        }

        try
        {
            return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or InvalidCastException)
        {
            throw new FormatException($"'{text}' is no {Kind(type)}.", exception);
        }
    }

    // Names are compared as aliases are, so that token_bucket names TokenBucket; numbers are refused, for they say nothing to a reader.
    private static object ReadEnum(string text, Type type)
    {
        foreach (var name in Enum.GetNames(type))
        {
            if (AliasComparer.Instance.Equals(name, text))
            {
                return Enum.Parse(type, name);
            }
        }

        throw new FormatException($"'{text}' is none of: {string.Join(", ", Enum.GetNames(type))}.");
    }

    private static string Kind(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "truth value: write true or false",
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "number",
        TypeCode.Char => "single character",
        TypeCode.DateTime => "date",
        _ => $"whole number of the range of {type.Name}",
    };
}
