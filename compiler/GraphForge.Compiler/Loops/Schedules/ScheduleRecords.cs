using System.Collections.Immutable;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>What a search found best for a kernel.</summary>
/// <param name="Choice">A schedule as <see cref="ScheduleChoiceText"/> writes it, or <see cref="Model"/>.</param>
/// <param name="Note">For readers: which kernel it was, and what was gained. One line; decides nothing.</param>
public sealed record ScheduleRecord(string Choice, string Note)
{
    /// <summary>The choice of a kernel for which nothing tried was faster than what the model picks.</summary>
    public const string Model = "model";
}

/// <summary>Measured schedules by kernel. Immutable; kept in files by <see cref="ScheduleFile"/>.</summary>
public sealed class ScheduleRecords
{
    private readonly ImmutableSortedDictionary<ScheduleKey, ScheduleRecord> _records;

    private ScheduleRecords(ImmutableSortedDictionary<ScheduleKey, ScheduleRecord> records) => _records = records;

    /// <summary>No records: the model decides everywhere.</summary>
    public static ScheduleRecords Empty { get; } = new(ImmutableSortedDictionary<ScheduleKey, ScheduleRecord>.Empty);

    /// <summary>In the order of their keys.</summary>
    public IEnumerable<KeyValuePair<ScheduleKey, ScheduleRecord>> Entries => _records;

    public int Count => _records.Count;

    /// <summary>What is recorded for a kernel; null for nothing.</summary>
    public ScheduleRecord? Find(ScheduleKey key) => _records.GetValueOrDefault(key);

    /// <summary>These records and one more, in place of the kernel's last one.</summary>
    public ScheduleRecords With(ScheduleKey key, ScheduleRecord record) => new(_records.SetItem(key, record));

    /// <summary>Everything that decides how a program comes out: part of the keys of caches.</summary>
    public override string ToString() => string.Join("; ", _records.Select(r => $"{r.Key} {r.Value.Choice}"));
}
