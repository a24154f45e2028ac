using System.Diagnostics;
using GraphForge.Compiler.Tests;

namespace GraphForge.Build.Tests;

/// <summary>The packages of the repository, made once from what was built for the tests.</summary>
[SetUpFixture]
public sealed class Packages
{
    private static readonly string[] Projects = ["runtime/GraphForge.Runtime", "compiler/GraphForge.Build"];

    private static DirectoryInfo? folder;

    /// <summary>A source of packages.</summary>
    public static string Folder => folder!.FullName;

    /// <summary>Packages that were restored for the repository.</summary>
    public static string OfMachine => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } path
        ? path
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [OneTimeSetUp]
    public void Pack()
    {
        folder = Directory.CreateTempSubdirectory("graphforge-packages-");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        foreach (var project in Projects)
        {
            var start = new ProcessStartInfo("dotnet", ["pack", RepositoryFolder.Of(project), "--no-build", "-c", configuration, "-o", Folder])
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, output);
        }
    }

    [OneTimeTearDown]
    public void Remove() => folder?.Delete(recursive: true);
}
