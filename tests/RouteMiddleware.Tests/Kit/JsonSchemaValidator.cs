using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RouteMiddleware.Tests.Kit;

/// <summary>Holds a document against a JSON schema: the keywords of draft 7 that our schemas use, and no others; one that it does not know is an error of the test.</summary>
public sealed class JsonSchemaValidator(JsonObject root)
{
    private static readonly string[] Annotations = ["$schema", "definitions", "description", "default", "examples"];

    /// <summary>The faults of a document, each with its place; none where it is valid.</summary>
    public IReadOnlyList<string> Validate(JsonNode? document)
    {
        List<string> faults = [];
        Check(root, document, "", faults);
        return faults;
    }

    private bool IsValid(JsonNode? schema, JsonNode? value)
    {
        List<string> faults = [];
        Check(schema, value, "", faults);
        return faults.Count == 0;
    }

    private void Check(JsonNode? schema, JsonNode? value, string at, List<string> faults)
    {
        if (schema is JsonValue truth)
        {
            if (!truth.GetValue<bool>())
            {
                faults.Add($"{at}: nothing may stand here");
            }

            return;
        }

        foreach (var (keyword, rule) in (JsonObject)schema!)
        {
            if (!Annotations.Contains(keyword, StringComparer.Ordinal))
            {
                Check(keyword, rule!, (JsonObject)schema, value, at, faults);
            }
        }
    }

    private void Check(string keyword, JsonNode rule, JsonObject schema, JsonNode? value, string at, List<string> faults)
    {
        switch (keyword)
        {
            case "$ref":
                Check(root["definitions"]![rule.GetValue<string>().Split('/')[^1]] ?? throw new InvalidOperationException($"{rule} leads nowhere."), value, at, faults);
                break;
            case "type":
                Require((rule as JsonArray ?? [rule.DeepClone()]).Any(type => IsOf(type!.GetValue<string>(), value)), $"is no {rule.ToJsonString()}");
                break;
            case "enum":
                Require(((JsonArray)rule).Any(one => JsonNode.DeepEquals(one, value)), $"is none of {rule.ToJsonString()}");
                break;
            case "const":
                Require(JsonNode.DeepEquals(rule, value), $"is not {rule.ToJsonString()}");
                break;
            case "minimum":
                Require(NumberOf(value) is not { } low || low >= rule.GetValue<double>(), $"is below {rule}");
                break;
            case "maximum":
                Require(NumberOf(value) is not { } high || high <= rule.GetValue<double>(), $"is above {rule}");
                break;
            case "minLength":
                Require(TextOf(value) is not { } text || text.Length >= rule.GetValue<int>(), "is too short");
                break;
            case "pattern":
                Require(TextOf(value) is not { } letters || Regex.IsMatch(letters, rule.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(5)), $"does not match {rule}");
                break;
            case "minItems":
                Require(value is not JsonArray { Count: var count } || count >= rule.GetValue<int>(), "has too few items");
                break;
            case "maxProperties":
                Require(value is not JsonObject { Count: var members } || members <= rule.GetValue<int>(), "has too many members");
                break;
            case "required":
                Require(value is not JsonObject named || ((JsonArray)rule).All(name => named.ContainsKey(name!.GetValue<string>())), $"lacks one of {rule.ToJsonString()}");
                break;
            case "items":
                Each(value as JsonArray ?? [], (item, index) => Check(rule, item, $"{at}[{index}]", faults));
                break;
            case "properties":
                Each(value as JsonObject ?? [], (member, _) => CheckMember(((JsonObject)rule).ContainsKey(member.Key) ? rule[member.Key] : null, member, at, faults));
                break;
            case "additionalProperties":
                Each(value as JsonObject ?? [], (member, _) => CheckMember(schema["properties"] is JsonObject known && known.ContainsKey(member.Key) ? null : rule, member, at, faults));
                break;
            case "allOf":
                Each((JsonArray)rule, (one, _) => Check(one, value, at, faults));
                break;
            case "anyOf":
                Require(((JsonArray)rule).Any(one => IsValid(one, value)), "is valid in none of the ways");
                break;
            case "if":
                Check(IsValid(rule, value) ? schema["then"] : schema["else"] ?? new JsonObject(), value, at, faults);
                break;
            case "then" or "else":
                break;
            default:
                throw new NotSupportedException($"The keyword '{keyword}' is not known.");
        }

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add($"{at}: {value?.ToJsonString() ?? "null"} {fault}");
            }
        }
    }

    private void CheckMember(JsonNode? rule, KeyValuePair<string, JsonNode?> member, string at, List<string> faults)
    {
        if (rule is not null)
        {
            Check(rule, member.Value, $"{at}/{member.Key}", faults);
        }
    }

    private static void Each<T>(IEnumerable<T> items, Action<T, int> check)
    {
        foreach (var (index, item) in items.Index())
        {
            check(item, index);
        }
    }

    private static bool IsOf(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => double.IsInteger(NumberOf(value)!.Value),
        _ => false,
    };

    private static double? NumberOf(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;

    private static string? TextOf(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
