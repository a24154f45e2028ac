using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Elementwise nodes that could be computed in the kernel that uses the last of them instead of where they are, with what they
/// read.
/// </summary>
/// <param name="Last">The node others read.</param>
/// <param name="Nodes">It, and the operands of its own group that nobody else reads.</param>
/// <param name="Operands">What they read besides each other.</param>
internal sealed record ElementChain(Node Last, IReadOnlyList<Node> Nodes, IReadOnlySet<Node> Operands)
{
    public static ElementChain Of(FusionState state, Node last)
    {
        var home = state.GroupOf[last];
        var nodes = new HashSet<Node>(ReferenceEqualityComparer.Instance) { last };
        var operands = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<Node>([last]);
        while (waiting.TryDequeue(out var node))
            foreach (var operand in state.Accesses[node].Reads.Select(r => r.Producer).Distinct())
            {
                if (nodes.Contains(operand)) continue;
                if (IsPrivate(operand, node)) waiting.Enqueue(operand);
                else operands.Add(operand);
                if (IsPrivate(operand, node)) nodes.Add(operand);
            }
        return new ElementChain(last, [.. nodes], operands);

        bool IsPrivate(Node operand, Node reader) => state.GroupOf.GetValueOrDefault(operand) == home &&
            state.Structures[operand] == NodeStructure.Elementwise && !state.IsMaterialised(operand) &&
            operand.Shape.Size == last.Shape.Size && state.Accesses[reader].IsIdentity(operand) &&
            state.ConsumersOf(operand).All(nodes.Contains);
    }

    /// <summary>
    /// Bytes more that memory gives and takes if the chain is computed in <paramref name="group"/> and nowhere else, not
    /// counting those of the last node: operands that the group does not read yet, and those that were not stored before.
    /// </summary>
    public long NewBytes(FusionState state, FusionGroup group)
    {
        var read = group.Members.SelectMany(m => state.Accesses[m].Reads).Select(r => r.Producer)
            .Concat(group.Members).ToHashSet((IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        return Operands.Where(o => !read.Contains(o) && !UniformConstant(o)).Sum(o => o.Type.Bytes + (IsStored(state, o) ? 0 : o.Type.Bytes));
    }

    private static bool UniformConstant(Node node) => node.Op is Constant && node.Shape.Size.Is(1);

    private bool IsStored(FusionState state, Node operand)
    {
        if (!state.GroupOf.TryGetValue(operand, out var group) || state.IsMaterialised(operand)) return true;
        return state.ConsumersOf(operand).Any(c => !Nodes.Contains(c) && state.GroupOf[c] != group);
    }
}
