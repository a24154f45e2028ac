using System.Reflection;
using System.Runtime.Loader;

namespace GraphForge.Build;

/// <summary>
/// Loads the assembly with a project's models. What this program has itself, GraphForge first of all, is this program's; all else
/// comes from the project's references.
/// </summary>
internal sealed class StageContext : AssemblyLoadContext
{
    private readonly Dictionary<string, string> _references;

    /// <param name="references">Paths of assemblies.</param>
    public StageContext(IEnumerable<string> references) : base("models") =>
        _references = references.GroupBy(path => Path.GetFileNameWithoutExtension(path)).ToDictionary(g => g.Key, g => g.First());

    protected override Assembly? Load(AssemblyName assemblyName) =>
        !File.Exists(Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll")) && _references.TryGetValue(assemblyName.Name!, out var path)
            ? LoadFromAssemblyPath(path)
            : null;
}
