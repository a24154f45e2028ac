using System.Xml.Linq;

namespace GraphForge.Architecture.Tests;

/// <summary>The files of the repository this test was built from.</summary>
internal static class Repository
{
    public static readonly string[] LibraryFolders = ["runtime", "compiler", "frontend"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<ProjectFile> Projects { get; } =
        [.. Files("*.csproj", [.. LibraryFolders, "tests", "bench", "examples"]).Select(ProjectFile.Read)];

    public static IEnumerable<ProjectFile> Libraries =>
        Projects.Where(project => LibraryFolders.Any(folder => project.Path.StartsWith(folder + "/", StringComparison.Ordinal)));

    /// <summary>Files below the given folders, relative to the root with forward slashes, without what a build leaves.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) => folders
        .Select(folder => Path.Combine(Root, folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/bin/") && !path.Contains("/obj/"))
        .Order(StringComparer.Ordinal);

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GraphForge.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("No GraphForge.sln above the test assembly.");
    }
}

/// <param name="Path">Relative to the root.</param>
/// <param name="References">Names of the projects it references, however it is built.</param>
/// <param name="Packages">Names of the packages it references.</param>
internal sealed record ProjectFile(string Path, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The top folder: runtime, compiler, frontend, …</summary>
    public string Room => Path[..Path.IndexOf('/')];

    public static ProjectFile Read(string path)
    {
        var project = XDocument.Load(System.IO.Path.Combine(Repository.Root, path));
        return new ProjectFile(
            path,
            [.. Includes(project, "ProjectReference").Select(include => System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/')))],
            [.. Includes(project, "PackageReference")]);
    }

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Where(element => element.Attribute("Condition") is null).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
