namespace GraphForge.Compiler.Tests.Golden;

/// <summary>A checked-in text that a test must reproduce; <c>UPDATE_GOLDEN=1</c> writes what the test got instead.</summary>
public static class GoldenFile
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    private static string Folder { get; } = RepositoryFolder.Of("tests", "GraphForge.Compiler.Tests", "Golden");

    public static void AssertEqual(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        if (Update) File.WriteAllText(path, text);
        Assert.That(path, Does.Exist, "UPDATE_GOLDEN=1 writes it.");
        // Some checkouts turn line ends into those of their system.
        var expected = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n');
        var actual = text.Split('\n');
        var line = expected.Zip(actual).TakeWhile(p => p.First == p.Second).Count();
        if (line == expected.Length && line == actual.Length) return;
        Assert.Fail($"""
            {name} differs from line {line + 1} on. UPDATE_GOLDEN=1 accepts the change, which the diff then shows.
            kept: {expected.ElementAtOrDefault(line)}
            now:  {actual.ElementAtOrDefault(line)}
            """);
    }
}
