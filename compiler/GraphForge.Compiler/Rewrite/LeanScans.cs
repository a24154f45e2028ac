using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// One scan for all results that come from the same carries, and nothing in it that nobody uses: outputs, carries that only
/// feed themselves, operands. Operands that are one number everywhere, and those given twice, become part of the body.
/// A scan of no step is its initial carries.
/// </summary>
public static class LeanScans
{
    /// <summary>More than any nesting needs.</summary>
    private const int MaximumRounds = 1000;

    /// <summary>Runs until nothing changes, since each scan that becomes lean may spare another its outputs.</summary>
    /// <exception cref="InternalCompilerException">The rounds do not come to rest.</exception>
    public static ComputationGraph Run(ComputationGraph graph)
    {
        for (var round = 0; round < MaximumRounds; round++)
        {
            var lean = BodyPasses.Everywhere(graph, Once);
            if (lean.Roots.SequenceEqual(graph.Roots)) return graph;
            graph = lean;
        }
        throw new InternalCompilerException("lean scans", $"no rest after {MaximumRounds} rounds", GraphPrinter.Print(graph));
    }

    private static ComputationGraph Once(ComputationGraph graph)
    {
        var groups = ScanGroup.In(graph);
        if (groups.Count == 0) return graph;
        var lean = groups.ToDictionary(g => g.Key, g => LeanScan.Of(g.Value), (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        var replaced = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.TopologicalOrder())
            using (NodeScope.Of(node))
                replaced[node] = node.Op is Scan scan
                    ? lean[ScanGroup.KeyOf(node)].Result(groups[ScanGroup.KeyOf(node)].In(scan), replaced)
                    : node.WithInputs(node.Inputs.ToArray().Select(i => replaced[i]).ToArray());
        return graph.Map(n => replaced[n]);
    }
}

/// <summary>A group of scans with only what is used of it.</summary>
internal sealed class LeanScan
{
    private readonly ScanGroup _group;
    private readonly int[] _carries;
    private readonly int[] _operands;
    private readonly Scan _scan;

    /// <summary>What depends on no parameter any more, now that numbers have taken the places of some: constants, computed outside.</summary>
    private readonly IReadOnlyList<Node> _captured;

    private LeanScan(ScanGroup group)
    {
        _group = group;
        var scan = group.Scan;
        var inside = Substitutes(scan, group.Operands);
        var roots = Substitute([.. scan.Body.Roots.Take(scan.Carries), .. group.Outputs], scan, inside);
        _carries = UsedCarries(scan, roots);
        Node[] kept = [.. _carries.Select(c => roots[c]), .. roots.Skip(scan.Carries)];
        var used = Parameters(kept);
        _operands = [.. _carries, .. Enumerable.Range(scan.Carries, group.Operands.Count - scan.Carries).Where(used.Contains)];
        var stacked = _operands.Count(o => o >= scan.Carries && o < scan.Carries + scan.StackedInputs);
        var closure = SubgraphClosure.Of(_operands.Select(scan.Body.Parameter).ToArray(), kept);
        _captured = closure.Captured;
        _scan = new Scan(closure.Body, _carries.Length, stacked, scan.Length, scan.Reverse, default);
    }

    public static LeanScan Of(ScanGroup group) => new(group);

    /// <param name="result">A result as the group numbers it.</param>
    /// <param name="replaced">New nodes for the group's operands.</param>
    public Node Result(ScanResult result, IReadOnlyDictionary<Node, Node> replaced)
    {
        Node[] operands = [.. _operands.Select(o => replaced[_group.Operands[o]]), .. _captured];
        if (result.Kind != ScanResultKind.Stacked) result = result with { Index = Array.IndexOf(_carries, result.Index) };
        if (!_scan.Length.Is(0)) return Node.Of(_scan with { Result = result }, operands);
        var type = _scan.TypeOf(result);
        return result.Kind switch
        {
            ScanResultKind.Final => operands[result.Index],
            ScanResultKind.States => operands[result.Index].Reshape(type.Shape),
            _ => Nodes.Constant(new Literal(type)),
        };
    }

    /// <summary>What stands for a parameter in the body instead: an equal one, or the number all its elements are.</summary>
    private static Dictionary<int, Node> Substitutes(Scan scan, IReadOnlyList<Node> operands)
    {
        var substitutes = new Dictionary<int, Node>();
        var first = new Dictionary<(Node, bool), int>();
        for (var i = scan.Carries; i < operands.Count; i++)
        {
            var parameter = scan.Body.Parameters[i];
            if (UniformValue.TryGet(operands[i], out var value)) substitutes[i] = UniformValue.Of(parameter.Shape, value);
            else if (!first.TryAdd((operands[i], i < scan.Carries + scan.StackedInputs), i))
                substitutes[i] = scan.Body.Parameter(first[(operands[i], i < scan.Carries + scan.StackedInputs)]);
        }
        return substitutes;
    }

    private static Node[] Substitute(Node[] roots, Scan scan, Dictionary<int, Node> inside)
    {
        if (inside.Count == 0) return roots;
        var replaced = new Dictionary<Node, Node>(ReferenceEqualityComparer.Instance);
        foreach (var (parameter, value) in inside) replaced[scan.Body.Parameter(parameter)] = value;
        return Topology.Substitute(roots, replaced);
    }

    /// <summary>Carries somebody reads, and those they and the outputs are made from.</summary>
    private int[] UsedCarries(Scan scan, Node[] roots)
    {
        var used = _group.Carries.ToHashSet();
        while (true)
        {
            var count = used.Count;
            used.UnionWith(Parameters([.. used.Select(c => roots[c]), .. roots.Skip(scan.Carries)]).Where(p => p < scan.Carries));
            if (used.Count == count) return [.. used.Order()];
        }
    }

    private static HashSet<int> Parameters(IEnumerable<Node> roots) =>
        Topology.Order(roots).Select(n => n.Op).OfType<BodyParameter>().Select(p => (int)p.Index).ToHashSet();
}
