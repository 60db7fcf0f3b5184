using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace RouteMiddleware.Tests.Kit;

/// <summary>The limits that options classes declare, as values to try: at each end, and one step beyond.</summary>
public static class DeclaredLimits
{
    /// <summary>Property, value as settings write it, and whether it is allowed.</summary>
    public static IEnumerable<(string Property, string Value, bool IsAllowed)> Of(Type options)
    {
        foreach (var property in OptionsSchema.PropertiesOf(options))
        {
            var values = property.GetCustomAttributes().SelectMany(attribute => attribute switch
            {
                RangeAttribute range => OfRange(range, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType),
                DurationRangeAttribute range => OfDuration(range),
                AllowedValuesAttribute allowed => OfAllowed([.. allowed.Values.Cast<int>()]),
                RequiredAttribute when property.PropertyType == typeof(IList<string>) => [("", false)],
                _ => [],
            });

            foreach (var (value, isAllowed) in values)
            {
                yield return (property.Name, value, isAllowed);
            }
        }
    }

    private static IEnumerable<(string, bool)> OfRange(RangeAttribute range, Type type)
    {
        var minimum = Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture);
        var highest = type == typeof(long) ? long.MaxValue : (double)int.MaxValue;

        yield return (Text(minimum), true);
        yield return (Text(minimum - 1), false);

        if (Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) is var maximum && maximum < highest)
        {
            yield return (Text((long)maximum), true);
            yield return (Text((long)maximum + 1), false);
        }
    }

    private static IEnumerable<(string, bool)> OfDuration(DurationRangeAttribute range)
    {
        var minimum = ShortDuration.Parse(range.Minimum);
        var step = TimeSpan.FromTicks(1);

        yield return (Text(minimum), !range.MinimumIsExclusive);
        yield return range.MinimumIsExclusive ? (Text(minimum + step), true) : (Text(minimum - step), false);

        if (range.Maximum is { } text)
        {
            yield return (Text(ShortDuration.Parse(text)), true);
            yield return (Text(ShortDuration.Parse(text) + step), false);
        }
    }

    private static IEnumerable<(string, bool)> OfAllowed(int[] values)
        => values.Select(static value => (Text(value), true)).Concat([(Text(values.Min() - 1), false), (Text(values.Max() + 1), false)]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);
}
