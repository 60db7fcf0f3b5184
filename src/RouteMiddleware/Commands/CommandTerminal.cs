using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Commands;

/// <summary>Where commands write to.</summary>
/// <param name="Out">Takes results.</param>
/// <param name="Error">Takes faults.</param>
/// <param name="Width">The columns of the screen; <see langword="null"/> where none is there, and a line may have any length.</param>
/// <param name="HasColors">Whether text may be bold or dim.</param>
internal sealed record CommandTerminal(TextWriter Out, TextWriter Error, int? Width, bool HasColors)
{
    // What is narrower can't hold a line anybody would read.
    private const int Narrowest = 40;

    private const string BoldBegins = "\u001b[1m";
    private const string DimBegins = "\u001b[2m";
    private const string StyleEnds = "\u001b[0m";

    /// <summary>Between two links of a chain.</summary>
    public string Arrow => IsUnicode ? "→" : "->";

    private bool IsUnicode => Out.Encoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase);

    public static CommandTerminal OfConsole(IServiceProvider services)
    {
        // Results go to the standard output alone, so that they can be read by programs: logs are sent to the other, also where code gave the command.
        services.GetService<CommandLogs>()?.Begin(services.GetService<IOptionsMonitor<ConsoleLoggerOptions>>()?.CurrentValue);

        var isScreen = !Console.IsOutputRedirected;
        var hasColors = isScreen && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        return new(Console.Out, Console.Error, isScreen && Console.WindowWidth > 0 ? Math.Max(Console.WindowWidth, Narrowest) : null, hasColors);
    }

    public string Bold(string text) => HasColors ? $"{BoldBegins}{text}{StyleEnds}" : text;

    public string Dim(string text) => HasColors ? $"{DimBegins}{text}{StyleEnds}" : text;

    /// <summary>Writes words behind a margin, and continues on lines of the same margin where the screen ends.</summary>
    /// <param name="margin">What stands in front of the first line.</param>
    /// <param name="indent">The columns that the margin takes.</param>
    /// <param name="words">What is not torn apart, unless it is longer than a line.</param>
    public void WriteWrapped(string margin, int indent, IEnumerable<string> words)
    {
        var width = Width is { } columns ? Math.Max(columns - indent, Narrowest / 2) : int.MaxValue;
        var line = new StringBuilder();
        var length = 0;
        var isFirst = true;

        foreach (var word in words.SelectMany(word => Torn(word, width)))
        {
            if (length > 0 && length + 1 + LengthOf(word) > width)
            {
                Flush();
            }

            line.Append(length == 0 ? "" : " ").Append(word);
            length += LengthOf(word) + (length == 0 ? 0 : 1);
        }

        if (length > 0 || isFirst)
        {
            Flush();
        }

        void Flush()
        {
            Out.WriteLine($"{(isFirst ? margin : new string(' ', indent))}{line}".TrimEnd());
            line.Clear();
            length = 0;
            isFirst = false;
        }
    }

    /// <summary>Writes a sentence.</summary>
    public void WriteText(string text, int indent = 0) => WriteWrapped(new string(' ', indent), indent, text.Split(' '));

    private static IEnumerable<string> Torn(string word, int width)
        => LengthOf(word) <= width ? [word] : Plain(word).Chunk(width).Select(static part => new string(part));

    private static int LengthOf(string word) => Plain(word).Length;

    private static string Plain(string word)
        => word.Contains('\u001b', StringComparison.Ordinal)
            ? word.Replace(BoldBegins, "", StringComparison.Ordinal).Replace(DimBegins, "", StringComparison.Ordinal).Replace(StyleEnds, "", StringComparison.Ordinal)
            : word;
}
