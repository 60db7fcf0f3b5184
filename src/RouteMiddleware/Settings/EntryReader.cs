using Microsoft.Extensions.Configuration;

namespace RouteMiddleware.Settings;

/// <summary>Reads lists of entries from the settings.</summary>
internal static class EntryReader
{
    private static readonly string[] Keys =
    [
        nameof(MiddlewareEntry.Name),
        nameof(MiddlewareEntry.Options),
        nameof(MiddlewareEntry.Enabled),
        nameof(MiddlewareEntry.Include),
        nameof(MiddlewareEntry.Exclude),
        nameof(MiddlewareEntry.Environments),
    ];

    /// <summary>The entries of a list with their settings keys; what can't be read is a fault and left out.</summary>
    public static List<(MiddlewareEntry Entry, string Where)> ReadList(IConfigurationSection list, FaultList faults)
    {
        List<(MiddlewareEntry, string)> entries = [];

        if (!string.IsNullOrWhiteSpace(list.Value))
        {
            faults.Add(list.Path, $"The value '{list.Value}' is no list.", "Write a JSON array of entries, or one key per entry (…:0, …:1) in environment variables.");
        }

        foreach (var item in list.GetChildren())
        {
            if (ReadEntry(item, faults) is { } entry)
            {
                entries.Add((entry, item.Path));
            }
        }

        return entries;
    }

    /// <summary>The texts of a list, or those of one text with commas between them. An empty list of one source does not hide the items of another.</summary>
    public static List<string> ReadTexts(IConfigurationSection section)
    {
        List<string> items = [.. section.GetChildren().Select(static item => item.Value?.Trim() ?? "").Where(static item => item.Length > 0)];

        return items.Count > 0 ? items : [.. (section.Value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }

    private static MiddlewareEntry? ReadEntry(IConfigurationSection item, FaultList faults)
    {
        if (!item.GetChildren().Any())
        {
            if (!string.IsNullOrWhiteSpace(item.Value))
            {
                return new MiddlewareEntry(item.Value);
            }

            faults.Add(item.Path, "The entry is empty.", "Write an alias, or take the entry out.");
            return null;
        }

        foreach (var child in item.GetChildren().Where(static child => !Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add(child.Path, $"An entry has no key '{child.Key}'.", NearestName.Advice(child.Key, Keys));
        }

        if (string.IsNullOrWhiteSpace(item[nameof(MiddlewareEntry.Name)]))
        {
            faults.Add(item.Path, "The entry has no name.", $"Add \"{nameof(MiddlewareEntry.Name)}\": an alias, alias:argument, a group or a type.");
            return null;
        }

        return new MiddlewareEntry(item[nameof(MiddlewareEntry.Name)]!)
        {
            Options = ReadOptions(item.GetSection(nameof(MiddlewareEntry.Options))),
            Enabled = ReadEnabled(item.GetSection(nameof(MiddlewareEntry.Enabled)), faults),
            Include = ReadTexts(item.GetSection(nameof(MiddlewareEntry.Include))),
            Exclude = ReadTexts(item.GetSection(nameof(MiddlewareEntry.Exclude))),
            Environments = ReadTexts(item.GetSection(nameof(MiddlewareEntry.Environments))),
        };
    }

    private static Dictionary<string, string?> ReadOptions(IConfigurationSection section)
        => section.AsEnumerable(makePathsRelative: true)
            .Where(static pair => pair.Key.Length > 0)
            .ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.OrdinalIgnoreCase);

    private static bool ReadEnabled(IConfigurationSection section, FaultList faults)
    {
        if (section.Value is null)
        {
            return true;
        }

        if (bool.TryParse(section.Value, out var enabled))
        {
            return enabled;
        }

        faults.Add(section.Path, $"'{section.Value}' is neither true nor false.", "Write true or false.");
        return true;
    }
}
