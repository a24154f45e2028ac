namespace GraphForge.Compiler.Graph;

/// <summary>
/// Attributes the nodes made on this thread to a module and a line while it is open. Modules open one around their forward
/// function; passes open one around a rewrite, so that new nodes point at the line of the node they replace.
/// </summary>
public readonly struct NodeScope : IDisposable
{
    [ThreadStatic] private static string? Names;
    [ThreadStatic] private static SourceLocation? Sources;

    private readonly string? _outerName;
    private readonly SourceLocation? _outerSource;

    private NodeScope(string? name, SourceLocation? source)
    {
        (_outerName, _outerSource) = (Names, Sources);
        (Names, Sources) = (name, source);
    }

    internal static string CurrentName => Names ?? "";

    /// <summary>The line that new nodes are attributed to.</summary>
    public static SourceLocation Here => Sources ?? SourceLocation.Capture();

    /// <summary>Appends <paramref name="name"/> to the module path; a null <paramref name="source"/> keeps the outer line.</summary>
    public static NodeScope Enter(string name, SourceLocation? source = null) =>
        new(string.IsNullOrEmpty(Names) ? name : name.Length == 0 ? Names : $"{Names}.{name}", source ?? Sources);

    /// <summary>New nodes are attributed like <paramref name="node"/>.</summary>
    public static NodeScope Of(Node node) => new(node.Scope, node.Source);

    /// <summary>New nodes are attributed to a module, by its whole path, and a line.</summary>
    internal static NodeScope At(string path, SourceLocation source) => new(path, source);

    internal static Node Inherit(Node origin, Op op, ReadOnlySpan<Node> inputs)
    {
        using (Of(origin)) return Node.Of(op, inputs);
    }

    public void Dispose() => (Names, Sources) = (_outerName, _outerSource);
}
