using System.Globalization;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Schedule records as text to be kept beside a model: sorted, a line a kernel, so that a diff shows what changed. Key, width of a
/// register in bits, choice, and after <c>#</c> a note for readers:
/// <code>
/// 5f0c1d2e3b4a6978 512 result 6x4, rows 22, panels 8, sum 512, packs vector  # K3_contraction_add: 1.14 times the model's choice
/// </code>
/// </summary>
public static class ScheduleFile
{
    private const string Head = "# Schedules measured to be fastest; written by the search, to be committed with the model.";

    private const char NoteMark = '#';

    /// <exception cref="GraphException">The file is missing, cannot be read, or a line of it is malformed.</exception>
    public static ScheduleRecords Read(string path)
    {
        try
        {
            return Parse(path, File.ReadAllLines(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(ErrorCode.BadData,
                $"the schedules in '{path}' cannot be read: {e.Message} CompileOptions.Tune has such a file made.", SourceLocation.Unknown);
        }
    }

    /// <summary>The records of a file; none where there is no such file.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public static ScheduleRecords ReadIfPresent(string path) => File.Exists(path) ? Read(path) : ScheduleRecords.Empty;

    /// <summary>Replaces the file as a whole: a reader finds the old records or the new ones.</summary>
    /// <exception cref="GraphException">The file cannot be written.</exception>
    public static void Write(string path, ScheduleRecords records)
    {
        var lines = records.Entries.Select(r => $"{r.Key} {r.Value.Choice}{(r.Value.Note.Length > 0 ? $"  {NoteMark} {r.Value.Note}" : "")}");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            File.WriteAllText(temporary, string.Concat(lines.Prepend(Head).Select(line => line + "\n")));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new GraphException(ErrorCode.BadData, $"the schedules cannot be written to '{path}': {e.Message}", SourceLocation.Unknown);
        }
    }

    private static ScheduleRecords Parse(string path, string[] lines)
    {
        var records = ScheduleRecords.Empty;
        foreach (var (i, line) in lines.Index())
        {
            var (text, note) = Split(line);
            if (text.Length == 0) continue;
            var words = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            var key = words.Length == 3 ? KeyOf(words[0], words[1]) : null;
            if (key is null)
                throw Malformed("should be a kernel's key of 16 hexadecimal digits, the register width 128, 256 or 512, and a choice");
            if (!ScheduleChoiceText.IsChoice(words[2])) throw Malformed("names a choice that no schedule has");
            if (records.Find(key.Value) is not null) throw Malformed($"is the second for kernel {key}");
            records = records.With(key.Value, new ScheduleRecord(words[2], note));

            GraphException Malformed(string problem) =>
                new(ErrorCode.BadData, $"the line '{text}' {problem}. Remove it, or the file, and search again.", new SourceLocation(path, i + 1));
        }
        return records;
    }

    private static (string Text, string Note) Split(string line) => line.IndexOf(NoteMark, StringComparison.Ordinal) is >= 0 and var mark
        ? (line[..mark].Trim(), line[(mark + 1)..].Trim())
        : (line.Trim(), "");

    private static ScheduleKey? KeyOf(string work, string bits) =>
        work.Length == ScheduleKey.Digits && work.All(char.IsAsciiHexDigitLower) &&
        int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && (width is 128 or 256 or 512)
            ? new ScheduleKey(work, width)
            : null;
}
