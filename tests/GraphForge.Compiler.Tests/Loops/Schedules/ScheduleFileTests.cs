using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;

namespace GraphForge.Compiler.Tests.Loops.Schedules;

/// <summary>Schedules on disk: written in one order, read back as they were, and every mistake in them named with its line.</summary>
public sealed class ScheduleFileTests
{
    private const string Choice = "result 6x4, rows 22, panels 8, sum 512, packs vector, broadcast side by side";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "graphforge-" + Guid.NewGuid().ToString("N"));

    private string File => Path.Combine(_folder, "model.schedules");

    [TearDown]
    public void Remove()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void WhatIsWrittenIsReadBack()
    {
        var records = ScheduleRecords.Empty.With(Key('b'), new ScheduleRecord(Choice, "K1: 1.20 times the model's speed, 2 threads"))
            .With(Key('a'), new ScheduleRecord(ScheduleRecord.Model, ""));
        ScheduleFile.Write(File, records);
        var read = ScheduleFile.Read(File);
        Assert.Multiple(() =>
        {
            Assert.That(read.Entries, Is.EqualTo(records.Entries));
            Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { File }), "nothing is left beside the file");
        });
    }

    [Test]
    public void TheTextDoesNotDependOnTheOrderOfDiscovery()
    {
        var entries = new[] { (Key('c'), "model"), (Key('a', 256), Choice), (Key('a'), "model"), (Key('b'), Choice) };
        var texts = new[] { entries, entries.Reverse() }.Select(order =>
        {
            ScheduleFile.Write(File, order.Aggregate(ScheduleRecords.Empty, (r, e) => r.With(e.Item1, new ScheduleRecord(e.Item2, ""))));
            return System.IO.File.ReadAllText(File);
        }).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(texts[1], Is.EqualTo(texts[0]));
            Assert.That(texts[0].Split('\n').Skip(1), Is.EqualTo(new[]
            {
                $"aaaaaaaaaaaaaaaa 256 {Choice}", "aaaaaaaaaaaaaaaa 512 model", $"bbbbbbbbbbbbbbbb 512 {Choice}", "cccccccccccccccc 512 model", "",
            }));
        });
    }

    [Test]
    public void LinesWithoutRecordsAreForReaders()
    {
        Write("# head", "", "   ", $"aaaaaaaaaaaaaaaa 128 {Choice}   # note # with a mark", "# end");
        Assert.That(ScheduleFile.Read(File).Entries, Is.EqualTo(new[]
        {
            KeyValuePair.Create(Key('a', 128), new ScheduleRecord(Choice, "note # with a mark")),
        }));
    }

    private const string Form = "should be a kernel's key of 16 hexadecimal digits, the register width 128, 256 or 512, and a choice";

    [TestCase("aaaaaaaaaaaaaaaa 512", Form)]
    [TestCase("aaaaaaaaaaaaaaa 512 model", Form)]
    [TestCase("AAAAAAAAAAAAAAAA 512 model", Form)]
    [TestCase("aaaaaaaaaaaaaaaa 64 model", Form)]
    [TestCase("<<<<<<< HEAD", Form)]
    [TestCase("aaaaaaaaaaaaaaaa 512 fastest", "names a choice that no schedule has")]
    [TestCase("aaaaaaaaaaaaaaaa 512 result 6x4, rows 22, panels 8", "names a choice that no schedule has")]
    [TestCase("aaaaaaaaaaaaaaaa 512 result 6x4, rows 22, panels 8, sum 512, broadcast far", "names a choice that no schedule has")]
    [TestCase("bbbbbbbbbbbbbbbb 512 model", "is the second for kernel bbbbbbbbbbbbbbbb 512")]
    public void AMalformedLineIsNamed(string line, string problem)
    {
        Write("# head", "bbbbbbbbbbbbbbbb 512 model", line);
        var error = Assert.Throws<GraphException>(() => ScheduleFile.Read(File))!;
        Assert.That(error.Message, Is.EqualTo(
            $"model.schedules(3): error GF0401: the line '{line}' {problem}. Remove it, or the file, and search again."));
    }

    [Test]
    public void AFileThatIsNotThereIsAnErrorWhereItIsNeeded()
    {
        Directory.CreateDirectory(_folder);
        var error = Assert.Throws<GraphException>(() => ScheduleFile.Read(File))!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Message, Is.EqualTo($"error GF0401: the schedules in '{File}' cannot be read: " +
                $"Could not find file '{File}'. CompileOptions.Tune has such a file made."));
            Assert.That(ScheduleFile.ReadIfPresent(File).Count, Is.Zero);
        });
    }

    private void Write(params string[] lines)
    {
        Directory.CreateDirectory(_folder);
        System.IO.File.WriteAllLines(File, lines);
    }

    private static ScheduleKey Key(char digit, int bits = 512) => new(new string(digit, ScheduleKey.Digits), bits);
}
