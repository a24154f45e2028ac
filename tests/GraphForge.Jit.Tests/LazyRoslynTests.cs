using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace GraphForge.Jit.Tests;

/// <summary>
/// A warm start must not pay for loading Roslyn. Each test runs a second copy of the library in a load context that writes
/// down which assemblies it is asked for, since the first copy has long since loaded Roslyn.
/// </summary>
public class LazyRoslynTests
{
    [Test]
    public void CacheHitDoesNotLoadRoslyn()
    {
        using var folder = new TemporaryFolder();
        new KernelCompiler(new KernelCacheOptions(folder.Path)).Load(KernelText.Fill(1), KernelText.Names);

        Assert.That(AssembliesLoadedBy(folder.Path, KernelText.Fill(1)), Has.None.StartsWith("Microsoft.CodeAnalysis"));
    }

    [Test]
    public void CacheMissLoadsRoslyn()
    {
        using var folder = new TemporaryFolder();

        Assert.That(AssembliesLoadedBy(folder.Path, KernelText.Fill(1)), Has.Some.StartsWith("Microsoft.CodeAnalysis"));
    }

    private static string[] AssembliesLoadedBy(string cacheFolder, string text)
    {
        var context = new RecordingContext();
        var jit = context.LoadFromAssemblyName(typeof(KernelCompiler).Assembly.GetName());
        var options = Activator.CreateInstance(jit.GetType(typeof(KernelCacheOptions).FullName!)!, cacheFolder, true);
        var compilerType = jit.GetType(typeof(KernelCompiler).FullName!)!;
        var compiler = Activator.CreateInstance(compilerType, options);
        compilerType.GetMethod(nameof(KernelCompiler.Load))!.Invoke(compiler, [text, KernelText.Names, null, null, CancellationToken.None]);
        return [.. context.Loaded];
    }

    private sealed class RecordingContext() : AssemblyLoadContext("second copy", isCollectible: false)
    {
        public ConcurrentQueue<string> Loaded { get; } = new();

        protected override Assembly? Load(AssemblyName name)
        {
            Loaded.Enqueue(name.Name!);
            var path = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
