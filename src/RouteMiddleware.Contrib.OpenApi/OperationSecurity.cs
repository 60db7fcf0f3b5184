using System.Globalization;
using Microsoft.OpenApi;

namespace RouteMiddleware.Contrib.OpenApi;

/// <summary>Writes into an operation which credentials its requests carry.</summary>
internal static class OperationSecurity
{
    public static void Add(OpenApiOperation operation, IReadOnlyList<CredentialUse> uses, OpenApiDocument document)
    {
        // What a transformer of the application has said of the operation stays.
        if (uses.Count == 0 || operation.Security is { Count: > 0 })
        {
            return;
        }

        string[] required = [.. uses.Where(static use => use.IsRequired).Select(use => IdOf(use.Credential, document))];
        string[] optional = [.. uses.Where(static use => !use.IsRequired).Select(use => IdOf(use.Credential, document))];

        // Each is one way to come in: with what is required alone, with one thing more, with all.
        IEnumerable<string[]> ways = [[], .. optional.Select(static id => new[] { id })];
        operation.Security = [.. (optional.Length > 1 ? ways.Append(optional) : ways).Select(more => RequirementOf(required.Concat(more), document))];
    }

    private static OpenApiSecurityRequirement RequirementOf(IEnumerable<string> ids, OpenApiDocument document)
    {
        var requirement = new OpenApiSecurityRequirement();

        foreach (var id in ids)
        {
            requirement[new OpenApiSecuritySchemeReference(id, document)] = [];
        }

        return requirement;
    }

    // Routes may have cookies of other names: each is a scheme of its own.
    private static string IdOf(Credential credential, OpenApiDocument document)
    {
        var name = Clean(credential.Name);
        var id = name;

        for (var i = 1; document.Components?.SecuritySchemes?.TryGetValue(id, out var known) is true; i++)
        {
            if (IsSame(known, credential))
            {
                return id;
            }

            id = i == 1 && credential.Key is { } key ? $"{name}_{Clean(key)}" : string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        }

        document.AddComponent<IOpenApiSecurityScheme>(id, SchemeOf(credential));
        return id;
    }

    private static OpenApiSecurityScheme SchemeOf(Credential credential) => credential.Kind switch
    {
        CredentialKind.Bearer => new() { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = credential.Format, Description = credential.Description },
        CredentialKind.Cookie => new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = credential.Key, Description = credential.Description },
        _ => new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = credential.Key, Description = credential.Description },
    };

    private static bool IsSame(IOpenApiSecurityScheme known, Credential credential)
    {
        var scheme = SchemeOf(credential);
        return known.Type == scheme.Type && known.In == scheme.In && string.Equals(known.Name, scheme.Name, StringComparison.Ordinal) && string.Equals(known.Scheme, scheme.Scheme, StringComparison.OrdinalIgnoreCase);
    }

    // The names of components are letters, digits, points, hyphens and underscores.
    private static string Clean(string name) => string.Concat(name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_'));
}
