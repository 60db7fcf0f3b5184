using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>What happened last, and what must not have happened.</summary>
internal sealed class SoakHistory
{
    private const int Kept = 20_000;

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly ConcurrentQueue<string> _odd = [];

    public IReadOnlyCollection<string> Odd => _odd;

    public void Note(string line)
    {
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds:0.0000} {line}"));

        while (_lines.Count > Kept && _lines.TryDequeue(out _))
        {
        }
    }

    public void NoteOdd(string line)
    {
        _odd.Enqueue(line);
        Note("ODD: " + line);
    }

    /// <summary>Writes all to a file.</summary>
    /// <returns>Its path.</returns>
    public string Keep(string name)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "faults")).FullName, name);
        File.WriteAllLines(path, _lines);
        return path;
    }
}
