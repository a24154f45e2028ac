using System.Collections;

namespace GraphForge.Layers;

/// <summary>Modules named by their position, which the module that holds them calls as it likes.</summary>
public sealed class ModuleList : Module, IReadOnlyList<Module>
{
    private readonly Module[] _modules;

    public ModuleList(params Module[] modules) => _modules = [.. modules];

    public int Count => _modules.Length;

    public Module this[int index] => _modules[index];

    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected internal override IEnumerable<KeyValuePair<string, Module>> NamedChildren() =>
        _modules.Select((module, index) => KeyValuePair.Create(index.ToString(), module));
}
