using System.Collections;
using GraphForge.Tracing;

namespace GraphForge.Layers;

/// <summary>Modules applied one after the other, named by their position.</summary>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    private readonly Module[] _modules;

    // An array, and not any list: a Sequential is a list too, and one within another must not be taken for its arguments.
    public Sequential(params Module[] modules) => _modules = [.. modules];

    public int Count => _modules.Length;

    public Module this[int index] => _modules[index];

    public override Tensor Forward(Tensor input)
    {
        foreach (var module in _modules)
        {
            // Only the name: the line is the one that made each layer, or the one in a forward function the user wrote.
            using var scope = ModuleScope.Enter(module.Path, site: null);
            input = module.Forward(input);
        }
        return input;
    }

    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected internal override IEnumerable<KeyValuePair<string, Module>> NamedChildren() =>
        _modules.Select((module, index) => KeyValuePair.Create(index.ToString(), module));
}
