using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RouteMiddleware.Tests.Kit;

/// <summary>
/// Makes the JSON schema of a package's part of the section <c>RouteMiddleware</c>, for editors: from its registrations, the options classes, what these declare, and their
/// documentation. Packages add to the same definitions: editors merge them, or hold a file against each.
/// </summary>
public sealed class SettingsSchema
{
    private const string Entry = "routeMiddlewareEntry";
    private const string EntryText = "routeMiddlewareEntryText";
    private const string EntryObject = "routeMiddlewareEntryObject";
    private const string List = "routeMiddlewareList";
    private const string Aliases = "routeMiddlewareAlias";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    private readonly XmlDocs _docs;
    private readonly MiddlewareRegistration[] _registrations;
    private readonly (string Section, Type Options)[] _sections;

    private SettingsSchema(Assembly assembly, IEnumerable<MiddlewareRegistration> registrations, IEnumerable<(string, Type)> sections)
    {
        _docs = new XmlDocs(assembly);
        _registrations = [.. registrations.Where(registration => registration.MiddlewareType?.Assembly == assembly).OrderBy(static registration => registration.Alias, StringComparer.Ordinal)];
        _sections =
        [
            .. _registrations
                .Where(static registration => registration.OptionsType is not null)
                .Select(static registration => (registration.Section, registration.OptionsType!))
                .Concat(sections)
                .Distinct()
                .OrderBy(static section => section.Item1, StringComparer.Ordinal),
        ];
    }

    /// <summary>The schema of a package as text.</summary>
    /// <param name="assembly">The package's library.</param>
    /// <param name="registrations">The registrations of an application that uses it.</param>
    /// <param name="sections">Sections of the package that belong to no middleware.</param>
    public static string Of(Assembly assembly, IEnumerable<MiddlewareRegistration> registrations, params (string Section, Type Options)[] sections)
        => new SettingsSchema(assembly, registrations, sections).Write(isCore: assembly == typeof(MiddlewareRegistration).Assembly).ToJsonString(Written) + "\n";

    private static JsonObject Ref(string definition) => new() { ["$ref"] = $"#/definitions/{definition}" };

    private static string DefinitionOf(string section) => $"routeMiddleware{section}Options";

    private static JsonObject TextMatching(string pattern) => new() { ["pattern"] = pattern };

    private JsonObject Write(bool isCore)
    {
        var definitions = new JsonObject();

        if (_registrations.Length > 0)
        {
            definitions[EntryText] = WriteEntryText(isCore);
            definitions[EntryObject] = WriteEntryObject(isCore);
            definitions[Aliases] = WriteAliases();
        }

        if (isCore)
        {
            definitions[Entry] = new JsonObject { ["anyOf"] = new JsonArray(Ref(EntryText), Ref(EntryObject)) };
            definitions[List] = new JsonObject { ["type"] = "array", ["items"] = Ref(Entry) };
        }

        foreach (var (section, options) in _sections)
        {
            definitions[DefinitionOf(section)] = OptionsSchema.Of(options, _docs);
        }

        var properties = WriteLists(isCore);

        foreach (var (section, _) in _sections)
        {
            properties[section] = Ref(DefinitionOf(section));
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["definitions"] = definitions,
            ["properties"] = new JsonObject { ["RouteMiddleware"] = WriteSection(properties, isCore) },
        };
    }

    private static JsonObject WriteSection(JsonObject properties, bool isCore)
    {
        var section = new JsonObject { ["type"] = "object", ["properties"] = properties };

        if (isCore)
        {
            section["description"] = "Middleware on everything, on groups and on routes: lists, and the options that the entries of one alias share.";

            // The application's own middleware, and those of other packages, have sections that are not known here.
            section["additionalProperties"] = new JsonObject { ["type"] = "object" };
        }

        return section;
    }

    // A package that adds aliases adds them to the lists as well: an editor that does not merge files holds each by itself.
    private JsonObject WriteLists(bool isCore)
    {
        if (isCore)
        {
            return new JsonObject
            {
                ["Middleware"] = new JsonObject { ["description"] = "The global list: around every request, the first outermost.", ["allOf"] = new JsonArray(Ref(List)) },
                ["Groups"] = new JsonObject
                {
                    ["description"] = "Named lists, for WithMiddleware(\"name\") and other lists.",
                    ["type"] = "object",
                    ["additionalProperties"] = Ref(List),
                },
                ["Disabled"] = new JsonObject
                {
                    ["description"] = "Aliases that are off everywhere.",
                    ["type"] = new JsonArray("array", "string"),
                    ["items"] = Ref(Aliases),
                },
            };
        }

        if (_registrations.Length == 0)
        {
            return [];
        }

        var entries = new JsonObject { ["items"] = new JsonObject { ["anyOf"] = new JsonArray(Ref(EntryText), Ref(EntryObject)) } };
        return new JsonObject
        {
            ["Middleware"] = entries,
            ["Groups"] = new JsonObject { ["additionalProperties"] = entries.DeepClone() },
            ["Disabled"] = new JsonObject { ["items"] = Ref(Aliases) },
        };
    }

    private JsonObject WriteEntryText(bool isCore)
    {
        var offers = _registrations.Select(registration => (JsonNode)new JsonObject { ["const"] = registration.Alias, ["description"] = DescriptionOf(registration) });
        var examples = _registrations.Select(static registration => registration.OptionsType?.GetCustomAttribute<ArgumentFormatAttribute>() is { } format ? $"{registration.Alias}:{format.Example}" : null);
        var text = new JsonObject
        {
            ["type"] = "string",

            // Whatever else it is: a group, an alias of the application, the name of a type.
            ["anyOf"] = new JsonArray([.. offers, TextMatching(@"\S")]),
            ["allOf"] = new JsonArray([.. _registrations.Select(RuleOf)]),
            ["examples"] = new JsonArray([.. examples.OfType<string>().Select(static example => (JsonNode)example)]),
        };

        if (isCore)
        {
            text["description"] = "An alias, alias:argument, a group, or the name of a type.";
        }

        return text;
    }

    private string DescriptionOf(MiddlewareRegistration registration)
        => registration.OptionsType is { } options ? $"{_docs.SummaryOf(options)} Section: {registration.Section}." : "Takes no options.";

    private static JsonNode RuleOf(MiddlewareRegistration registration)
    {
        var argument = registration.OptionsType?.GetCustomAttribute<ArgumentFormatAttribute>()?.Pattern;

        // The roles of auth are asked of nobody who may be anonymous.
        var takesNone = argument is null || registration.Alias == "optional_auth";
        return new JsonObject
        {
            ["if"] = TextMatching($@"^\s*{registration.Alias}\s*(:|$)"),
            ["then"] = TextMatching(takesNone ? $@"^\s*{registration.Alias}\s*$" : $@"^\s*{registration.Alias}\s*(:\s*{argument}\s*)?$"),
        };
    }

    private JsonObject WriteEntryObject(bool isCore)
    {
        var entry = new JsonObject { ["type"] = "object" };

        if (isCore)
        {
            entry["description"] = "An entry with options or conditions.";
            entry["required"] = new JsonArray("Name");
            entry["additionalProperties"] = false;
        }

        entry["properties"] = isCore ? WriteEntryProperties() : new JsonObject { ["Name"] = Ref(EntryText) };
        entry["allOf"] = new JsonArray([.. _registrations.Select(static registration => (JsonNode)new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["required"] = new JsonArray("Name"),
                ["properties"] = new JsonObject { ["Name"] = TextMatching($@"^\s*{registration.Alias}\s*(:|$)") },
            },
            ["then"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["Options"] = registration.OptionsType is null ? new JsonObject { ["maxProperties"] = 0 } : Ref(DefinitionOf(registration.Section)) },
            },
        })]);
        return entry;
    }

    private static JsonObject WriteEntryProperties()
    {
        return new JsonObject
        {
            ["Name"] = Ref(EntryText),
            ["Options"] = new JsonObject { ["description"] = "Options of this entry alone; they win over the section's.", ["type"] = "object" },
            ["Enabled"] = new JsonObject { ["description"] = "Whether the entry counts at all. Default: true. Decided at start.", ["type"] = "boolean", ["default"] = true },
            ["Include"] = Paths("Paths on which it runs, and nowhere else; with everything below them. * is one segment, ** the rest."),
            ["Exclude"] = Paths("Paths on which it does not run; they win over Include."),
            ["Environments"] = new JsonObject
            {
                ["description"] = "Names of the host environments in which the entry counts. Default: all.",
                ["type"] = new JsonArray("array", "string"),
                ["items"] = new JsonObject { ["type"] = "string", ["examples"] = new JsonArray("Development", "Staging", "Production") },
            },
        };

        static JsonObject Paths(string description) => new()
        {
            ["description"] = description,
            ["type"] = new JsonArray("array", "string"),
            ["pattern"] = "^/",
            ["items"] = new JsonObject { ["type"] = "string", ["pattern"] = @"^(/([^/*]+|\*)?)*(/\*\*)?$" },
        };
    }

    private JsonObject WriteAliases() => new()
    {
        ["type"] = "string",
        ["anyOf"] = new JsonArray([.. _registrations.Select(static registration => (JsonNode)new JsonObject { ["const"] = registration.Alias }), TextMatching(@"^\s*[A-Za-z][A-Za-z0-9_-]*\s*$")]),
    };
}
