using System.Collections;
using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Modules under names of their own, such as the two networks of an adversarial pair.</summary>
/// <example><code>
/// var pair = new ModuleDict { ["generator"] = generator, ["discriminator"] = discriminator };
/// </code></example>
public sealed class ModuleDict : Module, IEnumerable<KeyValuePair<string, Module>>
{
    private readonly List<KeyValuePair<string, Module>> _modules = [];

    public int Count => _modules.Count;

    /// <exception cref="GraphException">The name is missing, taken, empty, or has a dot in it.</exception>
    public Module this[string name]
    {
        get => _modules.FirstOrDefault(m => m.Key == name).Value ?? throw Error(ErrorCode.BadAttribute,
            $"has no module '{name}'; it has {string.Join(", ", _modules.Select(m => $"'{m.Key}'"))}.");
        set
        {
            if (name.Length == 0 || name.Contains('.') || _modules.Any(m => m.Key == name))
                throw Error(ErrorCode.DuplicateName, $"cannot name a module '{name}': names are not empty, have no dot, and differ.");
            _modules.Add(new(name, value));
        }
    }

    public IEnumerator<KeyValuePair<string, Module>> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected internal override IEnumerable<KeyValuePair<string, Module>> NamedChildren() => _modules;
}
