using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GraphForge.Build.Tests;

/// <summary>
/// A copy of a project outside of the repository, built as its users build theirs: with the packages, and with processes of their
/// own that leave nothing behind.
/// </summary>
internal sealed class BuiltProject : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graphforge-build-");
    private readonly string _project;

    /// <param name="source">The project's folder; what a build has left in it is not copied.</param>
    public BuiltProject(string source)
    {
        _project = Path.GetFileName(source);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(source, file);
            if (name.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj" || name == "Directory.Build.targets") continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Of(name))!);
            File.Copy(file, Of(name));
        }
        // Nothing above the folder is to matter.
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("NuGet.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="built" value="{Packages.Folder}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="machine" value="{Packages.OfMachine}" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>Files and folders that a step compiles models into.</summary>
    public string Generated => Of("obj/Release/net10.0/graphforge/generated");

    public string Of(string name) => Path.Combine(_folder.FullName, name);

    public void Write(string name, string text) => File.WriteAllText(Of(name), text);

    public void Edit(string name, string old, string replacement)
    {
        var text = File.ReadAllText(Of(name));
        Assert.That(text, Does.Contain(old));
        Write(name, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>What <c>dotnet</c> writes, which has to succeed.</summary>
    public string Succeed(params string[] arguments)
    {
        var (code, output) = Run(arguments);
        Assert.That(code, Is.Zero, output);
        return output;
    }

    /// <summary>Exit code and output of <c>dotnet</c> in the project's folder.</summary>
    public (int Code, string Output) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, (output + error.Result).ReplaceLineEndings("\n"));
    }

    /// <summary>What the program writes, which was built before.</summary>
    public string RunProgram(params string[] arguments) => Succeed([Of($"bin/Release/net10.0/{_project}.dll"), .. arguments]);

    /// <summary>When each file of the build was last written.</summary>
    public Dictionary<string, DateTime> Times(string folder) => Directory.EnumerateFiles(Of(folder), "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(_folder.FullName, file), File.GetLastWriteTimeUtc);

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["NUGET_PACKAGES"] = Of("packages");
        // What a test host says of itself is not for the programs it starts.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) && k != "MSBUILDDISABLENODEREUSE").ToArray())
            start.Environment.Remove(name);
        return Process.Start(start)!;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Dotnet { get; } = Path.Combine(
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")), OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
}
