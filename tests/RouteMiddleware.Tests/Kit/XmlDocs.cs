using System.Reflection;
using System.Xml.Linq;

namespace RouteMiddleware.Tests.Kit;

/// <summary>The summaries that a library's compiler wrote beside it, as plain text.</summary>
public sealed class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);

        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        _members = XDocument.Load(file).Descendants("member").ToDictionary(static member => member.Attribute("name")!.Value, StringComparer.Ordinal);
    }

    public string? SummaryOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Find($"T:{type.FullName}");
    }

    public string? SummaryOf(PropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return Find($"P:{property.DeclaringType!.FullName}.{property.Name}");
    }

    private string? Find(string id)
        => _members.GetValueOrDefault(id)?.Element("summary") is { } summary ? string.Join(' ', string.Concat(summary.Nodes().Select(TextOf)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : null;

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => word.Value,
        XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } reference => LastName(reference.Value),
        XElement element => string.Concat(element.Nodes().Select(TextOf)),
        _ => "",
    };

    private static string LastName(string reference) => reference.Split('(', 2)[0].Split('.', ':')[^1].Split('`')[0];
}
