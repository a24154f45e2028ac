using GraphForge.Compiler.Graph;

namespace GraphForge.Tracing;

/// <summary>A model's modules and tensors with their names; what is reachable twice is listed under its first name.</summary>
internal sealed class ModuleTree
{
    private readonly List<KeyValuePair<string, Module>> _modules = [];
    private readonly List<KeyValuePair<string, Parameter>> _parameters = [];
    private readonly List<KeyValuePair<string, ModuleBuffer>> _buffers = [];
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    private ModuleTree() { }

    public IReadOnlyList<KeyValuePair<string, Module>> Modules => _modules;

    public IReadOnlyList<KeyValuePair<string, Parameter>> Parameters => _parameters;

    public IReadOnlyList<KeyValuePair<string, ModuleBuffer>> Buffers => _buffers;

    /// <summary>Parameters, then buffers.</summary>
    public IEnumerable<KeyValuePair<string, StoredTensor>> Tensors =>
        _parameters.Select(p => new KeyValuePair<string, StoredTensor>(p.Key, p.Value))
            .Concat(_buffers.Select(b => new KeyValuePair<string, StoredTensor>(b.Key, b.Value)));

    /// <summary>The module that holds the parameter with the full name <paramref name="parameter"/>.</summary>
    public Module OwnerOf(string parameter) => _modules
        .Where(m => m.Key.Length == 0 || parameter.StartsWith(m.Key + ".", StringComparison.Ordinal)).MaxBy(m => m.Key.Length).Value;

    public static ModuleTree Of(Module root)
    {
        var tree = new ModuleTree();
        tree.Visit("", root);
        return tree;
    }

    /// <summary>
    /// Every tensor under every name it has, as PyTorch's state_dict lists them: a module's own, parameters before buffers, then
    /// those of the modules within.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, StoredTensor>> AllNames(Module root)
    {
        var names = new List<KeyValuePair<string, StoredTensor>>();
        var open = new HashSet<Module>(ReferenceEqualityComparer.Instance);
        Collect("", root);
        return names;

        void Collect(string path, Module module)
        {
            // A module that holds itself, as one that knows its parent does, is listed once.
            if (!open.Add(module)) return;
            foreach (var (name, tensor) in module.NamedTensors().OrderBy(t => t.Value is ModuleBuffer)) names.Add(new(Join(path, name), tensor));
            foreach (var (name, child) in module.NamedChildren()) Collect(Join(path, name), child);
            open.Remove(module);
        }
    }

    /// <summary>Writes the names into the modules and tensors, where errors, dumps and reports read them.</summary>
    /// <exception cref="GraphException">Two tensors have one name.</exception>
    public void AssignNames()
    {
        foreach (var (path, module) in _modules) module.Path = path;
        var names = new HashSet<string>();
        foreach (var (name, tensor) in Tensors)
        {
            if (!names.Add(name))
                throw new GraphException(ErrorCode.DuplicateName, $"two tensors of the model are named '{name}'; rename one member.");
            tensor.Slot.Name = name;
        }
    }

    /// <summary>Draws initial values; each tensor has its own random stream, so that a layer added at the end changes no other.</summary>
    public void Initialize(long seed)
    {
        foreach (var (ordinal, (_, tensor)) in Tensors.Index()) tensor.Draw(seed, ordinal);
    }

    /// <summary>Begins to draw the values of tensors that have none, as <see cref="Initialize"/> does; to be disposed, which waits.</summary>
    public InitialValues DrawMissing(long seed) =>
        InitialValues.Draw([.. Tensors.Select((t, ordinal) => (t.Value, ordinal)).Where(t => !t.Value.HasValues)], seed);

    private void Visit(string path, Module module)
    {
        if (!_seen.Add(module)) return;
        _modules.Add(new(path, module));
        foreach (var (name, tensor) in module.NamedTensors())
            if (_seen.Add(tensor)) List(Join(path, name), tensor);
        foreach (var (name, child) in module.NamedChildren()) Visit(Join(path, name), child);
    }

    private void List(string name, StoredTensor tensor)
    {
        if (tensor is Parameter parameter) _parameters.Add(new(name, parameter));
        else _buffers.Add(new(name, (ModuleBuffer)tensor));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
