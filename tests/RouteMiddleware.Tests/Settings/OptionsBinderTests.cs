using Microsoft.Extensions.Configuration;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Tests.Settings;

public sealed class OptionsBinderTests
{
    private readonly FaultList _faults = new();
    private readonly Everything _options = new();

    [Theory]
    [InlineData("Text", "x", "x")]
    [InlineData("text", "x", "x")]
    [InlineData("whole_number", "7", "7")]
    [InlineData("WholeNumber", " 7 ", "7")]
    [InlineData("Long", "9999999999", "9999999999")]
    [InlineData("Number", "1.5", "1.5")]
    [InlineData("Truth", "TRUE", "True")]
    [InlineData("Span", "00:01:30", "00:01:30")]
    [InlineData("Span", "90s", "00:01:30")]
    [InlineData("Maybe", "3", "3")]
    [InlineData("Kind", "token-bucket", "TokenBucket")]
    [InlineData("Address", "https://example.com/x", "https://example.com/x")]
    [InlineData("Moment", "2030-01-01T00:00:00Z", "01/01/2030 00:00:00 +00:00")]
    [InlineData("Id", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    public void Value_OfItsKind_IsSet(string key, string value, string expected)
    {
        Bind((key, value));

        Assert.Empty(_faults.ToArray());
        var property = typeof(Everything).GetProperties().Single(property => AliasComparer.Instance.Equals(property.Name, key));
        Assert.Equal(expected, Convert.ToString(property.GetValue(_options), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("WholeNumber", "7.5", "'7.5' is no whole number")]
    [InlineData("WholeNumber", "99999999999", "is no whole number of the range of Int32")]
    [InlineData("WholeNumber", "", "'' is no whole number")]
    [InlineData("Truth", "yes", "write true or false")]
    [InlineData("Span", "soon", "is no time span")]
    [InlineData("Span", "-00:00:01", "is no time span")]
    [InlineData("Span", "10", "is no time span")]
    [InlineData("Kind", "other", "none of: Fixed, TokenBucket")]
    [InlineData("Kind", "1", "none of: Fixed, TokenBucket")]
    [InlineData("Stream", "x", "only in code")]
    [InlineData("ReadOnly", "x", "'ReadOnly' is no option")]
    [InlineData("Txet", "x", "Did you mean 'Text'?")]
    [InlineData("Text:Deeper", "x", "One value is expected")]
    public void Value_OfAnotherKind_IsAFaultNamingItsKey(string key, string value, string expected)
    {
        Bind((key, value));

        var fault = Assert.Single(_faults.ToArray());
        Assert.Equal($"Here:{key.Split(':')[0]}", fault.Where);
        Assert.Contains(expected, $"{fault.What} {fault.Fix}", StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_OfSeveralKeys_AreAllReported()
    {
        Bind(("WholeNumber", "x"), ("Truth", "x"), ("Nothing", "x"));

        Assert.Equal(3, _faults.Count);
    }

    [Fact]
    public void List_FromSettings_TakesTheDefaultsPlace()
    {
        Bind(("List:0", "a"), ("List:1", "b"), ("Array:0", "c"), ("Numbers:0", "5"));

        Assert.Equal(["a", "b"], _options.List);
        Assert.Equal(["c"], _options.Array);
        Assert.Equal([5], _options.Numbers);
    }

    [Fact]
    public void Map_FromSettings_IsMergedOverTheDefault()
    {
        Bind(("Map:New", "1"), ("Map:KNOWN", ""));

        Assert.Equal([("Known", ""), ("New", "1"), ("Other", "o")], _options.Map.Select(static pair => (pair.Key, pair.Value)).Order());
    }

    private void Bind(params (string Key, string Value)[] values) => OptionsBinder.Bind(
        _options,
        typeof(Everything),
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build(),
        "Here",
        _faults);

    private enum Kinds
    {
        Fixed,
        TokenBucket,
    }

    private sealed class Everything
    {
        public string Text { get; set; } = "";

        public int WholeNumber { get; set; }

        public long Long { get; set; }

        public double Number { get; set; }

        public bool Truth { get; set; }

        public TimeSpan Span { get; set; }

        public int? Maybe { get; set; }

        public Kinds Kind { get; set; }

        public Uri? Address { get; set; }

        public DateTimeOffset Moment { get; set; }

        public Guid Id { get; set; }

        public IList<string> List { get; set; } = ["default"];

        public string[] Array { get; set; } = ["default"];

        public List<int> Numbers { get; set; } = [1, 2];

        public Dictionary<string, string?> Map { get; } = new(StringComparer.OrdinalIgnoreCase) { ["Known"] = "k", ["Other"] = "o" };

        public Stream? Stream { get; set; }

        public string ReadOnly => Text;
    }
}
