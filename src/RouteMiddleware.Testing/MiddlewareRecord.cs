using System.Globalization;
using System.Text;

namespace RouteMiddleware.Testing;

/// <summary>
/// Which middleware one request came to, in their order: the global list, then the request stage of the route's chain, then its handler stage. One that runs in both stages is
/// told once. One that a test switched off is not told.
/// </summary>
public sealed class MiddlewareRecord
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly string _request;
    private bool _wentOn;

    internal MiddlewareRecord(string request) => _request = request;

    /// <summary>The names of what ran, <c>alias</c> or <c>alias:argument</c>, in order.</summary>
    /// <returns>The names.</returns>
    public IReadOnlyList<string> Ran()
    {
        lock (_lock)
        {
            return [.. _entries.Where(static entry => !entry.IsSecondStage).Select(static entry => entry.Step.ToString())];
        }
    }

    /// <summary>Expects middleware to have run, in this order; others may have run before, between and after them.</summary>
    /// <param name="first">An alias, or <c>alias:argument</c>.</param>
    /// <param name="more">The ones behind it.</param>
    /// <returns>This record, to expect more.</returns>
    /// <exception cref="MiddlewareRecordException">One did not run, or they ran in another order.</exception>
    public MiddlewareRecord Ran(string first, params string[] more)
    {
        ArgumentNullException.ThrowIfNull(more);
        var rest = Steps();
        var seen = "";

        foreach (var expected in more.Prepend(first))
        {
            var index = rest.FindIndex(step => Names(expected, step));

            if (index < 0)
            {
                throw Failure(seen.Length > 0 && Steps().Exists(step => Names(expected, step))
                    ? $"Expected '{expected}' to run behind '{seen}', but it ran before it only."
                    : $"Expected '{expected}' to run, but it did not.");
            }

            rest.RemoveRange(0, index + 1);
            seen = expected;
        }

        return this;
    }

    /// <summary>Expects exactly these middleware to have run, in this order.</summary>
    /// <param name="expected">Aliases, or <c>alias:argument</c>; none where nothing is to run.</param>
    /// <returns>This record, to expect more.</returns>
    /// <exception cref="MiddlewareRecordException">Others ran.</exception>
    public MiddlewareRecord RanExactly(params string[] expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var steps = Steps();

        return steps.Count == expected.Length && expected.Zip(steps, Names).All(static isSame => isSame)
            ? this
            : throw Failure(expected.Length == 0 ? "Expected nothing to run." : $"Expected exactly {string.Join(" → ", expected)} to run.");
    }

    /// <summary>Expects middleware not to have run: they are not in the chain, a condition left them out, or something in front of them answered.</summary>
    /// <param name="middleware">Aliases, or <c>alias:argument</c>.</param>
    /// <returns>This record, to expect more.</returns>
    /// <exception cref="MiddlewareRecordException">One of them ran.</exception>
    public MiddlewareRecord DidNotRun(params string[] middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);

        return Array.Find(middleware, name => Steps().Exists(step => Names(name, step))) is { } ran
            ? throw Failure($"Expected '{ran}' not to run, but it did.")
            : this;
    }

    /// <summary>Expects the request to have gone no further than a middleware: that one answered, refused or threw, and nothing behind it ran.</summary>
    /// <param name="middleware">An alias, or <c>alias:argument</c>.</param>
    /// <returns>This record, to expect more.</returns>
    /// <exception cref="MiddlewareRecordException">It did not run, or the request went on.</exception>
    public MiddlewareRecord StoppedAt(string middleware)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(middleware);

        lock (_lock)
        {
            return !_wentOn && _entries is [.., var last] && Names(middleware, last.Step) ? this : throw Failure($"Expected the request to stop at '{middleware}'.");
        }
    }

    /// <summary>Expects the request to have passed every middleware that it came to: on to the handler; or, where no route matched, behind the global list.</summary>
    /// <returns>This record, to expect more.</returns>
    /// <exception cref="MiddlewareRecordException">A middleware stopped it.</exception>
    public MiddlewareRecord PassedAll()
    {
        lock (_lock)
        {
            return _wentOn || _entries.Count == 0 ? this : throw Failure("Expected the request to pass every middleware.");
        }
    }

    /// <summary>The way of the request, for people.</summary>
    /// <returns>The request, a line for each middleware, and where it stopped.</returns>
    public override string ToString()
    {
        lock (_lock)
        {
            var text = new StringBuilder(_request).Append(':');

            foreach (var entry in _entries)
            {
                var place = entry.Step.Stage is ChainStage.Handler ? "handler stage" : entry.Step.IsGlobal ? "global list" : "route";
                text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {place,-13} {entry.Step}");

                if (entry.Exception is { } exception)
                {
                    text.Append(CultureInfo.InvariantCulture, $"  ← {exception.GetType().Name} came out of it: {exception.Message}");
                }
                else if (!_wentOn && ReferenceEquals(entry, _entries[^1]))
                {
                    text.Append("  ← stopped here");
                }
            }

            return text.AppendLine().Append(_entries.Count == 0 ? "  no middleware ran" : _wentOn ? "  and went on behind them" : "  and nothing behind it ran").ToString();
        }
    }

    internal void Enter(MiddlewareStep step)
    {
        lock (_lock)
        {
            var isSecondStage = step.Stage is ChainStage.Handler && _entries.Exists(entry => entry.Step with { Stage = ChainStage.Handler } == step && entry.Step.Stage is not ChainStage.Handler);
            _entries.Add(new Entry(step, isSecondStage));
            _wentOn = false;
        }
    }

    internal void GoOn()
    {
        lock (_lock)
        {
            _wentOn = true;
        }
    }

    internal void Leave(MiddlewareStep step, Exception? exception)
    {
        lock (_lock)
        {
            if (_entries.FindLast(entry => entry.Step == step && !entry.IsLeft) is { } entry)
            {
                entry.IsLeft = true;
                entry.Exception = exception;
            }
        }
    }

    // As the library compares aliases: without case, '_' and '-'. An argument counts where it is named.
    private static bool Names(string expected, MiddlewareStep step)
    {
        var colon = expected.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? expected : expected[..colon];

        return AliasText.AreSame(name.Trim(), step.Name)
            && (colon < 0 || string.Equals(expected[(colon + 1)..].Trim(), step.Argument, StringComparison.OrdinalIgnoreCase));
    }

    private List<MiddlewareStep> Steps()
    {
        lock (_lock)
        {
            return [.. _entries.Where(static entry => !entry.IsSecondStage).Select(static entry => entry.Step)];
        }
    }

    private MiddlewareRecordException Failure(string expectation) => new($"{expectation}{Environment.NewLine}{this}");

    private sealed class Entry(MiddlewareStep step, bool isSecondStage)
    {
        public MiddlewareStep Step => step;

        public bool IsSecondStage => isSecondStage;

        public bool IsLeft { get; set; }

        public Exception? Exception { get; set; }
    }
}
