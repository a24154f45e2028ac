using GraphForge.Compiler.Graph;

namespace GraphForge.Tracing;

/// <summary>Open while a module's forward function runs; see <see cref="NodeScope"/>.</summary>
public readonly struct ModuleScope : IDisposable
{
    [ThreadStatic] private static string? OpenPath;

    private readonly string _outerPath;
    private readonly NodeScope _nodes;

    private ModuleScope(string outerPath, NodeScope nodes) => (_outerPath, _nodes) = (outerPath, nodes);

    /// <summary>Enters the module with the full name <paramref name="path"/>; a null <paramref name="site"/> keeps the line.</summary>
    internal static ModuleScope Enter(string path, SourceLocation? site)
    {
        var outer = OpenPath ?? "";
        OpenPath = path;
        return new ModuleScope(outer, NodeScope.Enter(Within(outer, path), site));
    }

    public void Dispose()
    {
        OpenPath = _outerPath;
        _nodes.Dispose();
    }

    /// <summary>Node scopes nest by relative names, while a module knows its full one; entering a module twice adds nothing.</summary>
    private static string Within(string outer, string path) =>
        path == outer ? "" :
        outer.Length > 0 && path.StartsWith(outer + ".", StringComparison.Ordinal) ? path[(outer.Length + 1)..] : path;
}
