using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.AccessLog;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

public sealed class AccessLogFileTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private readonly LogSink _logs = new();
    private readonly ServiceProvider _services;
    private readonly AccessLogFiles _files;

    public AccessLogFileTests()
    {
        _services = new ServiceCollection()
            .AddMetrics()
            .AddLogging(logging => logging.AddProvider(_logs))
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton<AccessLogMetrics>()
            .AddSingleton<AccessLogFiles>()
            .BuildServiceProvider();
        _files = _services.GetRequiredService<AccessLogFiles>();
    }

    private string Log => _folder.File("logs/access.log");

    [Fact]
    public void Line_IsWrittenAfterTheInterval()
    {
        var file = Open();
        file.Append("one\n"u8);
        file.Append("two\n"u8);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(AccessLogApp.ReadLines(Log));

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["one", "two"], AccessLogApp.ReadLines(Log));
        file.Append("three\n"u8);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["one", "two", "three"], AccessLogApp.ReadLines(Log));
    }

    [Fact]
    public void ManyLines_AreNotHeldForTheInterval()
    {
        var file = Open();
        Fill(file, 256 * 1024 / 100 + 1);

        _clock.Advance(TimeSpan.Zero);

        Assert.Equal((256 * 1024 / 100) + 1, AccessLogApp.ReadLines(Log).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Rolling_BySize_KeepsTheNewestFilesWhole(int maxFiles)
    {
        var file = Open(o => (o.MaxFileSize, o.MaxFiles) = (64 * 1024, maxFiles));

        // Three files and a bit, in pieces of all sizes.
        var written = 0;

        foreach (var count in (int[])[1, 700, 3, 900, 11, 400, 200])
        {
            Fill(file, count, written);
            written += count;
            file.Flush();
        }

        string[] paths = [Log, Log + ".1", Log + ".2", Log + ".3", Log + ".4"];
        Assert.Equal(paths.Select((_, i) => i < maxFiles), paths.Select(File.Exists));
        Assert.All(paths.Take(maxFiles), static path => Assert.InRange(new FileInfo(path).Length, 1, 64 * 1024));

        var lines = paths.Where(File.Exists).Reverse().SelectMany(AccessLogApp.ReadLines).Select(static line => int.Parse(line.AsSpan(0, 8), System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(written - lines.Length, lines.Length), lines);
        Assert.InRange(lines.Length, Math.Min(written, (maxFiles - 1) * 655), written);
    }

    [Fact]
    public void Rolling_TurnedOff_KeepsOneFile()
    {
        var file = Open(static o => o.MaxFileSize = 0);
        Fill(file, 3000);
        file.Flush();

        Assert.Equal(3000, AccessLogApp.ReadLines(Log).Length);
        Assert.False(File.Exists(Log + ".1"));
    }

    [Fact]
    public void Rolling_WithFewerFilesThanBefore_DeletesTheRest()
    {
        Directory.CreateDirectory(_folder.File("logs"));

        for (var i = 1; i <= 5; i++)
        {
            File.WriteAllText($"{Log}.{i}", $"{i}\n");
        }

        var file = Open(static o => (o.MaxFileSize, o.MaxFiles) = (64 * 1024, 3));
        Fill(file, 700);
        file.Flush();

        Assert.Equal("1\n", File.ReadAllText(Log + ".2"));
        Assert.Equal(3, Directory.GetFiles(_folder.File("logs")).Length);
    }

    [Fact]
    public void L5_Lines_BeyondTheBuffer_AreDroppedAndCounted()
    {
        using var dropped = new DroppedLines(_services);
        var file = Open(static o => o.BufferSize = 64 * 1024);
        Fill(file, 657);

        Assert.Equal(["1 full", "1 full"], dropped.Counted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Fill(file, 10);
        file.Flush();
        Assert.Equal(665, AccessLogApp.ReadLines(Log).Length);
        Assert.Equal(2, dropped.Counted.Length);
    }

    [Fact]
    public void L5_DiskThatFails_LosesNothingWhileThereIsRoom()
    {
        using var dropped = new DroppedLines(_services);
        var file = Open();
        Break();
        Fill(file, 10);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Fill(file, 10, 10);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains(Log, Assert.Single(_logs.Records, static record => record.Level == LogLevel.Error).Message, StringComparison.Ordinal);

        File.Delete(_folder.File("logs"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(20, AccessLogApp.ReadLines(Log).Length);
        Assert.Empty(dropped.Counted);
    }

    [Fact]
    public void L5_DiskThatFailsToTheEnd_IsCountedAndLogged()
    {
        using var dropped = new DroppedLines(_services);
        var file = Open();
        Break();
        Fill(file, 10);
        _files.Release(file);
        file.Append("late\n"u8);

        Assert.Equal(["10 failed", "1 closed"], dropped.Counted);
        Assert.Contains(_logs.Records, static record => record.EventId.Name == "Lost" && record.Message.StartsWith("10 lines", StringComparison.Ordinal));
    }

    [Fact]
    public void UnfinishedLine_OfAnEarlierWriter_IsEnded()
    {
        Directory.CreateDirectory(_folder.File("logs"));
        File.WriteAllText(Log, "{\"a\":1}\n{\"hal");

        var file = Open();
        file.Append("next\n"u8);
        file.Flush();

        Assert.Equal(["{\"a\":1}", "{\"hal", "next"], AccessLogApp.ReadLines(Log));
    }

    [Fact]
    public void File_ThatOthersMoveOrCut_GoesOn()
    {
        var file = Open();
        file.Append("one\n"u8);
        file.Flush();
        File.Move(Log, Log + ".old");
        file.Append("two\n"u8);
        file.Flush();
        Assert.Equal(["two"], AccessLogApp.ReadLines(Log));

        File.WriteAllText(Log, "");
        file.Append("three\n"u8);
        file.Flush();
        Assert.Equal(["three"], AccessLogApp.ReadLines(Log));
    }

    [Fact]
    public void Files_OfOnePath_AreOneWriterUntilTheLastUserLeaves()
    {
        var first = Open();
        var second = Open(o => o.Path = Path.Combine(_folder.Path, "logs", "..", "logs", "access.log"));
        Assert.Same(first, second);
        Assert.NotSame(first, Open(o => o.Path = _folder.File("logs/other.log")));

        _files.Release(first);
        second.Append("still\n"u8);
        _files.Release(second);

        Assert.Equal(["still"], AccessLogApp.ReadLines(Log));
        Assert.NotSame(first, Open());
    }

    [Fact]
    public void Append_OfALine_AllocatesNothing()
    {
        var file = Open();
        Fill(file, 1000);
        file.Flush();
        Fill(file, 1000);
        file.Flush();
        var line = "a line of the log\n"u8.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            file.Append(line);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Lines_OfManyThreads_AreAllThereOnce()
    {
        var file = Open(static o => o.MaxFileSize = 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            Fill(file, 5000, i * 5000);
            file.Flush();
        })));

        Assert.Equal(40_000, AccessLogApp.ReadLines(Log).Distinct().Count());
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    private static void Fill(AccessLogFile file, int count, int from = 0)
    {
        for (var i = from; i < from + count; i++)
        {
            file.Append(Encoding.ASCII.GetBytes($"{i:D8}{new string('x', 91)}\n"));
        }
    }

    // A file stands where the folder was.
    private void Break()
    {
        Directory.Delete(_folder.File("logs"), recursive: true);
        File.WriteAllText(_folder.File("logs"), "");
    }

    private AccessLogFile Open(Action<AccessLogOptions>? configure = null)
    {
        var options = new AccessLogOptions { Path = Log };
        configure?.Invoke(options);
        return _files.Acquire(options);
    }
}
