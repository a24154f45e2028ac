namespace GraphForge.Bench.Peers;

/// <summary>The folder bench of the repository that this program was built in.</summary>
public static class PeerFolder
{
    private static readonly string Bench = Find();

    /// <summary>The repository.</summary>
    public static string Repository => Path.GetDirectoryName(Bench)!;

    /// <summary>A script of bench/peers.</summary>
    public static string Script(string name) => Path.Combine(Bench, "peers", name);

    /// <summary>Where the figures of a processor are kept.</summary>
    public static string Results(string processor) => Path.Combine(Bench, "results", $"{processor}.md");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "bench", "peers"))) return Path.Combine(folder.FullName, "bench");
        throw new BenchmarkException($"there is no folder bench/peers above {AppContext.BaseDirectory}; run the benchmark from its repository.");
    }
}
