using System.Diagnostics;
using System.Runtime.InteropServices;
using GraphForge.Tests.Serialization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace GraphForge.Tests.Artifacts;

/// <summary>A process of its own that runs a program with GraphForge.Runtime and what that needs: no compiler, neither ours nor C#'s.</summary>
internal static class RuntimeProcess
{
    private static readonly string[] Shipped = ["GraphForge.Runtime.dll", "Microsoft.Extensions.ObjectPool.dll"];

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        """;

    /// <summary>What a program of top-level statements writes.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Shipped) File.Copy(Path.Combine(AppContext.BaseDirectory, file), folder.Of(file));
        folder.With("program.dll", Compile(program));
        var runtime = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var start = new ProcessStartInfo(Path.Combine(runtime, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var settings = Path.Combine(AppContext.BaseDirectory, "GraphForge.Tests.runtimeconfig.json");
        foreach (var argument in (string[])["exec", "--runtimeconfig", settings, folder.Of("program.dll"), .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output.ReplaceLineEndings("\n");
    }

    private static byte[] Compile(string program)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(Path.Combine(AppContext.BaseDirectory, Shipped[0])).Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("program", [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(program)],
            references, new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.That(result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning), Is.Empty);
        return image.ToArray();
    }
}
