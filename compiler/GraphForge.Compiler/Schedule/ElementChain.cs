using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Elementwise nodes that could be computed in a kernel that uses the last of them, instead of or besides where they are, with
/// what they read.
/// </summary>
/// <param name="Last">The node others read.</param>
/// <param name="Own">It, and the operands of its group that nobody else reads, users first.</param>
/// <param name="Shared">Operands that others read too, but that cost next to nothing to compute again.</param>
/// <param name="Operands">What they all read besides each other.</param>
internal sealed record ElementChain(Node Last, IReadOnlyList<Node> Own, IReadOnlyList<Node> Shared, IReadOnlySet<Node> Operands)
{
    /// <summary>Vectorised adds up to which an element is computed again rather than stored and read.</summary>
    private const double Cheap = 2;

    /// <param name="state">The grouping.</param>
    /// <param name="last">A node of another group.</param>
    /// <param name="user">The group that would compute it.</param>
    public static ElementChain Of(FusionState state, Node last, FusionGroup user)
    {
        var home = state.GroupOf[last];
        var known = KnownTo(state, user);
        var (own, shared) = (new List<Node> { last }, new List<Node>());
        var operands = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        for (var next = 0; next < own.Count + shared.Count; next++)
        {
            var reader = next < own.Count ? own[next] : shared[next - own.Count];
            foreach (var operand in state.Accesses[reader].Reads.Select(r => r.Producer).Distinct())
            {
                if (own.Contains(operand) || shared.Contains(operand)) continue;
                if (known.Contains(operand) || !IsAlike(operand, reader)) operands.Add(operand);
                else if (shared.Count == 0 && state.ConsumersOf(operand).All(own.Contains)) own.Add(operand);
                else if (CostOf(operand) <= Cheap) shared.Add(operand);
                else operands.Add(operand);
            }
        }
        return new ElementChain(last, own, shared, operands);

        bool IsAlike(Node operand, Node reader) => state.GroupOf.GetValueOrDefault(operand) == home &&
            state.Structures[operand] == NodeStructure.Elementwise && !state.IsMaterialised(operand) && !home.Prologue.Contains(operand) &&
            operand.Shape.Size == last.Shape.Size && state.Accesses[reader].IsIdentity(operand);
    }

    private static double CostOf(Node node) => NodeDefinition.Of(node).Value is { } value ? Cost.OfValue(value) : double.PositiveInfinity;

    /// <summary>Whether all of it may be computed a second time.</summary>
    public bool IsCheap => Own.Concat(Shared).Sum(CostOf) <= 2 * Cheap;

    /// <summary>
    /// Bytes that memory gives and takes more if the chain is computed in <paramref name="user"/>, not counting those of the
    /// last node: operands that the group does not read yet, and those that were not stored before.
    /// </summary>
    public long NewBytes(FusionState state, FusionGroup user)
    {
        var known = KnownTo(state, user);
        return Operands.Where(o => !known.Contains(o)).Sum(o => o.Type.Bytes * (IsStored(state, o) ? 1 : 2));
    }

    private static HashSet<Node> KnownTo(FusionState state, FusionGroup group) => group.Members
        .Concat(group.Members.SelectMany(m => state.Accesses[m].Reads).Select(r => r.Producer))
        .ToHashSet((IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);

    private bool IsStored(FusionState state, Node operand)
    {
        if (!state.GroupOf.TryGetValue(operand, out var group) || state.IsMaterialised(operand)) return true;
        return state.ConsumersOf(operand).Any(c => !Own.Contains(c) && state.GroupOf[c] != group);
    }
}
