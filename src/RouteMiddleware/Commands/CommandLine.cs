using RouteMiddleware.Settings;

namespace RouteMiddleware.Commands;

/// <summary>A command as it was typed: its name, its options, and what stands without one.</summary>
internal sealed class CommandLine
{
    public const string Word = "middleware";

    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private CommandLine(string name) => Name = name;

    public string Name { get; }

    public IReadOnlyList<string> Operands { get; private set; } = [];

    /// <summary>What could not be understood, in one sentence.</summary>
    public string? Fault { get; private set; }

    public string? this[string option] => _options.GetValueOrDefault(option);

    public bool Has(string option) => _options.ContainsKey(option);

    /// <summary>Finds the command behind the options of the host; <see langword="null"/> where the application shall run.</summary>
    public static IReadOnlyList<string>? Find(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (string.Equals(args[i], Word, StringComparison.Ordinal))
            {
                return [.. args.Skip(i + 1)];
            }

            if (args[i] is "--" || args[i].Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            if (!args[i].StartsWith('-') && !args[i].StartsWith('/'))
            {
                return null;
            }

            // As the host reads it: a name, and its value behind it.
            i++;
        }

        return null;
    }

    /// <summary>Reads a command.</summary>
    /// <param name="args">What stands behind the word.</param>
    /// <param name="known">The options of each command; those that take a value end in <c>=</c>.</param>
    public static CommandLine Parse(IReadOnlyList<string> args, IReadOnlyDictionary<string, string[]> known)
    {
        var name = args.Count == 0 || args[0] is "-h" or "--help" ? "help" : args[0];
        var command = new CommandLine(name);

        if (!known.TryGetValue(name, out var options))
        {
            command.Fault = $"There is no command '{name}'. {NearestName.Advice(name, known.Keys)}";
            return command;
        }

        command.Read(args.Skip(1), options);
        return command;
    }

    private void Read(IEnumerable<string> args, string[] options)
    {
        List<string> operands = [];
        using var rest = args.GetEnumerator();

        while (Fault is null && rest.MoveNext())
        {
            if (!rest.Current.StartsWith("--", StringComparison.Ordinal))
            {
                operands.Add(rest.Current);
                continue;
            }

            var parts = rest.Current.Split('=', 2);
            var takesValue = options.Contains($"{parts[0]}=");

            if (!takesValue && !options.Contains(parts[0]))
            {
                Fault = options.Length == 0
                    ? $"'{Name}' takes no option '{parts[0]}'."
                    : $"'{Name}' has no option '{parts[0]}'. {NearestName.Advice(parts[0], options.Select(static option => option.TrimEnd('=')))}";
            }
            else if (!takesValue && parts.Length == 2)
            {
                Fault = $"The option '{parts[0]}' takes no value.";
            }
            else if (takesValue && parts.Length == 1 && !rest.MoveNext())
            {
                Fault = $"The option '{parts[0]}' needs a value.";
            }
            else
            {
                _options[parts[0]] = parts.Length == 2 ? parts[1] : rest.Current;
            }
        }

        Operands = operands;
    }
}
