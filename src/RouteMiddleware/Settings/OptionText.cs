using System.Collections;
using System.Globalization;

namespace RouteMiddleware.Settings;

/// <summary>Writes an option's value as settings would hold it. What has no such form is named by its kind: its own text could hold anything.</summary>
internal static class OptionText
{
    public static string? Of(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum name => name.ToString(),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        Uri address => address.OriginalString,
        Type type => type.FullName,
        _ when IsPlain(value.GetType()) => Convert.ToString(value, CultureInfo.InvariantCulture),
        Delegate => "(code)",
        IEnumerable items when IsList(value) => $"[{string.Join(", ", items.Cast<object?>().Select(static item => Of(item) ?? "null"))}]",
        _ => $"({value.GetType().Name})",
    };

    /// <summary>Whether the text is all there is to a value, so that two of the same text are the same.</summary>
    public static bool IsWhole(object? value)
        => value is null or string or Uri or Type || IsPlain(value.GetType()) || (IsList(value) && ((IEnumerable)value).Cast<object?>().All(IsWhole));

    private static bool IsPlain(Type type)
        => type.IsEnum || type.IsPrimitive || type == typeof(decimal) || type == typeof(Guid) || type == typeof(TimeSpan)
            || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly);

    // Bytes are no list that anybody reads, and mostly a key.
    private static bool IsList(object value) => value is ICollection and not IDictionary and not byte[] || value is IReadOnlyCollection<string>;
}
