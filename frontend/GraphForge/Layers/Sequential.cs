using System.Collections;
using GraphForge.Tracing;

namespace GraphForge.Layers;

/// <summary>Modules applied one after the other, named by their position.</summary>
public sealed class Sequential(params IReadOnlyList<Module> modules) : Module, IReadOnlyList<Module>
{
    public int Count => modules.Count;

    public Module this[int index] => modules[index];

    public override Tensor Forward(Tensor input)
    {
        foreach (var module in modules)
        {
            // Only the name: the line is the one that made each layer, or the one in a forward function the user wrote.
            using var scope = ModuleScope.Enter(module.Path, site: null);
            input = module.Forward(input);
        }
        return input;
    }

    public IEnumerator<Module> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected internal override IEnumerable<KeyValuePair<string, Module>> NamedChildren() =>
        modules.Select((module, index) => KeyValuePair.Create(index.ToString(), module));
}
