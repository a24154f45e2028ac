using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// Seeded graphs over all ops: a pool of nodes grows by random steps from one another and from new leaves; sinks and a few
/// others become outputs, states get updates, and some graphs end in the gradient of one of their nodes.
/// </summary>
internal sealed class RandomGraph
{
    private readonly Random _random;
    private readonly RandomLeaves _leaves;
    private readonly RandomElementwise _elementwise;
    private readonly RandomStructure _structure;
    private readonly List<Node> _pool = [];
    private readonly DType _float;
    private readonly long _largest;

    private RandomGraph(int seed)
    {
        _random = new Random(seed);
        _leaves = new RandomLeaves(_random);
        _elementwise = new RandomElementwise(_random, Partner);
        _structure = new RandomStructure(_random, _leaves, Partner);
        _float = _random.Next(6) == 0 ? DType.Float64 : DType.Float32;
        var isLarge = _random.Next(12) == 0;
        _largest = isLarge ? 60_000 : 3000;
        _pool.Add(_leaves.Make(_float, isLarge ? _leaves.LargeShape() : _leaves.SmallShape()));
        if (_random.Next(3) == 0) _pool.Add(_leaves.Make(AnyType(), _leaves.SmallShape()));
    }

    /// <summary>The case of a seed; null where nothing in it is worth comparing.</summary>
    public static FuzzCase? Generate(int seed) => new RandomGraph(seed).Build(seed).WithMeaningfulRoots();

    private FuzzCase Build(int seed)
    {
        var steps = _random.Next(2, 16);
        for (var i = 0; i < steps; i++) Grow();
        if (_random.Next(3) == 0) Differentiate();
        var updates = Updates().ToEquatable();
        var graph = new ComputationGraph($"fuzz{seed}", Outputs(updates).ToEquatable(), updates);
        return new FuzzCase(seed, graph, _leaves.Inputs, _leaves.States);
    }

    private DType AnyType() => _random.Next(8) switch
    {
        0 => DType.Int32,
        1 => DType.Int64,
        2 => DType.UInt8,
        3 => DType.Bool,
        4 => DType.Float64,
        _ => _float,
    };

    private void Grow()
    {
        var x = Pick();
        var made = _random.Next(5) < 2 ? _structure.Step(x) : _elementwise.Step(x);
        if (made is null || made.Shape.Size.Value > _largest) return;
        if (made.Type.DType.IsFloat() && _random.Next(6) == 0) made = made.Tanh();
        _pool.Add(made);
    }

    /// <summary>Recent nodes most often, so that chains grow; any node sometimes, so that values are shared.</summary>
    private Node Pick() => _pool[_random.Next(3) > 0 ? Math.Max(0, _pool.Count - 1 - _random.Next(3)) : _random.Next(_pool.Count)];

    /// <summary>A node of the type and, up to broadcasting, the shape of another: one at hand or a new leaf.</summary>
    private Node Partner(Node x)
    {
        var fitting = _pool.Where(n => n.Type == x.Type).ToArray();
        if (_random.Next(3) > 0) return fitting.Length > 0 ? fitting[_random.Next(fitting.Length)] : _leaves.Make(x.Type.DType, x.Shape);
        var dims = x.Shape.Select(d => _random.Next(3) == 0 ? 1 : d).Skip(_random.Next(4) == 0 ? _random.Next(x.Shape.Rank + 1) : 0);
        return _leaves.Make(x.Type.DType, Shape.Of(dims));
    }

    private void Differentiate()
    {
        var candidates = _pool.Where(n => n.Type.DType.IsFloat() && n.Op is not Leaf).ToArray();
        if (candidates.Length == 0) return;
        var root = candidates[_random.Next(candidates.Length)];
        var targets = Topology.Order([root]).Where(n => n.Op is Input or State && n.Type.DType.IsFloat()).Take(4).ToArray();
        var loss = _random.Next(2) == 0 ? root.Tanh().Sum() : (root * root).Sum();
        _pool.AddRange(Gradients.Of(loss, targets));
        if (_random.Next(2) == 0) _pool.Add(loss);
    }

    private IEnumerable<StateUpdate> Updates()
    {
        foreach (var slot in _leaves.States.Keys.ToArray())
        {
            if (_random.Next(4) == 0) continue;
            var old = Nodes.State(slot);
            var fitting = _pool.Where(n => n.Type == slot.Type && n != old).ToArray();
            var value = fitting.Length > 0 ? fitting[_random.Next(fitting.Length)] : Partner(old).ExpandTo(slot.Type.Shape);
            if (slot.Type.DType != DType.Bool && _random.Next(2) == 0) value = old - value;
            yield return new StateUpdate(slot, value);
        }
    }

    private IEnumerable<NamedOutput> Outputs(EquatableArray<StateUpdate> updates)
    {
        var used = Topology.Order(_pool).SelectMany(n => n.Inputs.ToArray()).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        used.UnionWith(updates.Select(u => u.Value));
        var sinks = _pool.Where(n => !used.Contains(n)).Distinct().ToList();
        for (var i = _random.Next(3); i > 0; i--) sinks.Add(Pick());
        if (sinks.Count == 0) sinks.Add(_pool[^1]);
        return sinks.TakeLast(6).Select((n, i) => new NamedOutput($"y{i}", n));
    }
}
