using System.Globalization;
using System.Text;
using RouteMiddleware.Contrib.Session.Records;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>The arguments of one commit, in the order in which the script takes them.</summary>
internal sealed class RedisCommit
{
    /// <summary>A new record, which must not be there.</summary>
    public const string Create = "c";

    /// <summary>A record that must be there, under the id that was loaded.</summary>
    public const string Update = "u";

    /// <summary>The end of a record.</summary>
    public const string End = "e";

    /// <summary>The end of a record and a new one in its place.</summary>
    public const string Replace = "p";

    private static readonly Dictionary<string, ReadOnlyMemory<byte>?> NoFields = [];

    private const int FixedCount = 22;
    private const int RetryIndex = 4;

    public required string Mode { get; init; }

    public required SessionChanges Changes { get; init; }

    public required SessionLifetimes Lifetimes { get; init; }

    /// <summary>Values and user to start from, for a record that begins with those of another.</summary>
    public SessionRecord? Origin { get; init; }

    /// <summary>How long ago a record began that goes on under another name, in milliseconds.</summary>
    public long Age { get; init; }

    public byte[]? Proof { get; init; }

    public byte[]? NewProof { get; init; }

    public long BaseVersion { get; init; }

    public long? Deadline { get; init; }

    public string? TurnToken { get; init; }

    /// <summary>How long ago the login was, in microseconds.</summary>
    public long? LoginAge { get; init; }

    public long? ListedFor { get; init; }

    public string? Tenant { get; init; }

    public bool EndsOthers { get; init; }

    /// <summary>The value that must still be there, where the commit hangs on one.</summary>
    public (string Key, ReadOnlyMemory<byte>? Old)? Condition { get; init; }

    /// <summary>A name of ours never stands for a value of the application's.</summary>
    public static string FieldOf(string key) => key[0] == '#' ? "#" + key : key;

    /// <summary>The key of a value's field; <see langword="null"/> for a field of ours.</summary>
    public static string? KeyOf(string field)
        => field.Length == 0 || field[0] != '#' ? field : field.Length > 1 && field[1] == '#' ? field[1..] : null;

    /// <summary>The same commit again, after its answer was lost.</summary>
    public static void MakeRetry(RedisValue[] arguments) => arguments[RetryIndex] = "1";

    public RedisValue[] ToArguments(byte[] commitId)
    {
        var fields = (Origin is null ? Changes.Fields : Changed(Changes.ApplyTo(Origin.Fields))) ?? NoFields;
        var removed = fields.Count(static field => field.Value is null);
        var arguments = new RedisValue[FixedCount + removed + (2 * (fields.Count - removed))];

        RedisValue[] head =
        [
            Mode, Proof ?? Empty, NewProof ?? Empty, commitId, "0", BaseVersion, Text(Deadline), TurnToken ?? "",
            Milliseconds(Lifetimes.LengthOf(null)), Milliseconds(Lifetimes.Idle), Milliseconds(Lifetimes.Absolute),
            LifetimeText(), UserText(), Text(LoginAge), Changes.IsCleared ? "1" : "0", Text(ListedFor), Tenant ?? "",
            Condition is { } field ? FieldOf(field.Key) : "", Condition is { } condition ? ConditionBytes(condition.Old) : Empty, EndsOthers ? "1" : "0", Age, removed,
        ];
        head.CopyTo(arguments, 0);
        var (removal, pair) = (FixedCount, FixedCount + removed);

        foreach (var (key, value) in fields)
        {
            if (value is { } json)
            {
                arguments[pair++] = FieldOf(key);
                arguments[pair++] = json.ToArray();
            }
            else
            {
                arguments[removal++] = FieldOf(key);
            }
        }

        return arguments;
    }

    private static byte[] Empty => [];

    private static Dictionary<string, ReadOnlyMemory<byte>?> Changed(Dictionary<string, ReadOnlyMemory<byte>> fields)
        => fields.ToDictionary(static field => field.Key, static field => (ReadOnlyMemory<byte>?)field.Value, StringComparer.Ordinal);

    private static RedisValue Milliseconds(TimeSpan? span) => (long)(span ?? TimeSpan.Zero).TotalMilliseconds;

    private static RedisValue Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static byte[] ConditionBytes(ReadOnlyMemory<byte>? old) => old is { } value ? [(byte)'+', .. value.Span] : [(byte)'-'];

    private string LifetimeText()
    {
        var lifetime = Changes.HasLifetime ? Changes.Lifetime : Origin?.Lifetime;
        return Changes.HasLifetime || Mode is not Update ? Text(lifetime is { } span ? (long)span.TotalMilliseconds : null)! : "=";
    }

    private byte[] UserText()
    {
        var user = Changes.HasUser ? Changes.UserId : Origin?.UserId;
        return Changes.HasUser || Mode is not Update ? (user is null ? [(byte)'-'] : [(byte)'+', .. Encoding.UTF8.GetBytes(user)]) : [(byte)'='];
    }
}
