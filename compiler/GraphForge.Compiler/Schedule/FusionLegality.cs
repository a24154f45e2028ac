using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Schedule;

/// <summary>Whether nodes fit one loop nest, and whether some other group would have to run in between.</summary>
internal static class FusionLegality
{
    /// <summary>Full reductions of more elements than this are not fused into the kernel that makes them: that would serialise it.</summary>
    private const long MaximumSerialColumns = 16384;

    private const long MinimumParallelRows = 8;

    private const string Later = "the second copy of an output waits until its operands are free";

    /// <summary>
    /// Nodes of a kernel. Among so many, writing and reading one more result is a hundredth of the work, while the time and the stack that
    /// a compiler needs for a kernel grow with its size.
    /// </summary>
    private const int MostMembers = 256;

    private const string TooLarge = "the kernel is large enough";

    private const string Apart = "together they would hold more memory at once than one by one";

    private const string Prepared = "what follows from states alone is computed once, before the runs";

    extension(FusionState state)
    {
        /// <summary>Null when <paramref name="node"/> may join <paramref name="group"/>, else the reason against.</summary>
        public string? WhyNotJoin(Node node, FusionGroup group)
        {
            if (state.IsWorthPreparing(group) && !state.IsOfStates(node)) return Prepared;
            if (state.IsApart(node) || state.IsApart(group)) return Apart;
            if (group.Members.Count >= MostMembers) return TooLarge;
            var shapeReason = state.Structures[node] switch
            {
                NodeStructure.Reduction => state.WhyNotJoinReduction(node, group),
                NodeStructure.Elementwise or NodeStructure.Movement => state.WhyNotJoinElementwise(node, group),
                _ => $"a {state.Structures[node]} founds its own kernel".ToLowerInvariant(),
            };
            return shapeReason ?? state.WhyCyclic(node, group);
        }

        private string? WhyNotJoinReduction(Node node, FusionGroup group)
        {
            if (group.Assembled.Count > 0) return "parts of a whole are stored by a kernel of their own";
            if (group.Kind is not (GroupKind.Map or GroupKind.Rows)) return "a reduction after a contraction or reduction starts a new kernel";
            if (state.Sums.TryGetValue(node, out var sums)) return state.WhyNotJoinSums(node, sums, group);
            if (!state.Geometries.TryGetValue(node, out var geometry)) return "reduces other than rows of neighbours";
            if (geometry is { Rows: < MinimumParallelRows, Columns: > MaximumSerialColumns }) return "too few rows to share among workers";
            if (group.Kind == GroupKind.Map ? group.Rows != geometry.Elements : group.Geometry != geometry) return "rows and columns differ";
            foreach (var producer in state.ProducersOf(node).Where(p => state.GroupOf[p] == group))
                if (group.RowLevel.Contains(producer) || !state.Accesses[node].ReducesRowsOf(producer, geometry))
                    return "reads other rows than its own";
            return null;
        }

        private string? WhyNotJoinSums(Node node, ColumnSums sums, FusionGroup group)
        {
            if (sums.Stretches < MinimumParallelRows) return "too few stretches of rows to share among workers";
            if (!sums.Fit(group)) return "rows and columns differ";
            return state.ProducersOf(node).Any(p => group.RowLevel.Contains(p) || group.StretchLevel.Contains(p))
                ? "reads the producer at other elements than its own"
                : null;
        }

        private string? WhyNotJoinElementwise(Node node, FusionGroup group)
        {
            var accesses = state.Accesses[node];
            var producers = state.ProducersOf(node).Where(p => state.GroupOf[p] == group).ToArray();
            if (state.IsSecondOutput(node)) return Later;
            if (group.Kind == GroupKind.Loop) return "a loop is complete only when its last step ends";
            if (group.StandsAlone) return $"a {group.Kind} is complete only when its kernel ends".ToLowerInvariant();
            if (producers.Any(group.StretchLevel.Contains)) return "a sum over rows is complete only when its kernel ends";
            if (group.Kind != GroupKind.Map && producers.Any(accesses.Choosers.Contains)) return "a combined value chooses the elements to read";
            var size = node.Shape.Size.Value;
            if (group.Geometry is { } geometry) return WhyNotJoinRows(group, geometry, accesses, producers);
            if (size != group.Rows) return $"domains differ: {group.Rows} and {size} elements";
            return producers.All(accesses.IsIdentity) ? null : "reads the producer at other elements than its own";
        }

        /// <summary>Joining is illegal when something else <paramref name="node"/> needs must itself wait for the group.</summary>
        public string? WhyCyclic(Node node, FusionGroup group)
        {
            var others = state.ProducersOf(node).Select(p => state.GroupOf[p]).Where(g => g != group);
            return others.Any(o => state.DependsOn(o, group)) ? "another operand must run in between" : null;
        }

        /// <summary>
        /// Null when <paramref name="other"/>, which holds elementwise work or has the same rows, may run inside
        /// <paramref name="home"/>, which reads it.
        /// </summary>
        public string? WhyNotMerge(FusionGroup home, FusionGroup other)
        {
            if (state.IsWorthPreparing(other) && !state.IsOfStates(home)) return Prepared;
            if (state.IsApart(home) || state.IsApart(other)) return Apart;
            if (home.Members.Any(state.IsSecondOutput)) return Later;
            if (home.Members.Count + other.Members.Count > MostMembers) return TooLarge;
            var hasSameRows = other.Geometry is not null && other.Geometry == home.Geometry;
            if (other.Kind == GroupKind.Contraction && home.Kind == GroupKind.Contraction)
            {
                if (SiblingContractions.WhyNot(home.Members, other.Members) is { } unlike) return unlike;
            }
            else if (other.Kind != GroupKind.Map && !hasSameRows) return "the other operand has a loop nest of its own";
            if (other.Assembled.Count > 0 && home.Kind == GroupKind.Rows) return "parts of a whole are stored by a kernel of their own";
            var isRow = other.Rows == home.Rows;
            if (!isRow && home.Geometry?.Elements != other.Rows) return $"domains differ: {home.Rows} and {other.Rows} elements";
            foreach (var consumer in home.Members)
                foreach (var producer in state.ProducersOf(consumer).Where(p => state.GroupOf[p] == other))
                    if (other.StretchLevel.Contains(producer) || !state.Fits(home, consumer, producer, hasSameRows ? other.RowLevel.Contains(producer) : isRow))
                        return "reads the producer at other elements than its own";
            if (hasSameRows && home.Stretches is { } stretches && (other.Stretches ?? stretches) != stretches) return "stretches of rows differ";
            if (home.StandsAlone) return $"a {home.Kind} takes nothing else into its kernel".ToLowerInvariant();
            return state.DependsThroughOthers(home, other) || state.DependsOn(other, home) ? "another operand must run in between" : null;
        }

        /// <summary>Whether all that reads <paramref name="node"/> in a group, which others compute so far, could read it computed there.</summary>
        public bool MayCompute(FusionGroup group, Node node)
        {
            if (group.StandsAlone || group.Assembled.Count > 0 || group.Members.Count >= MostMembers) return false;
            if (state.IsApart(node) || state.IsApart(group)) return false;
            var size = node.Shape.Size.Value;
            var isRow = size == group.Rows;
            if (!isRow && group.Geometry?.Elements != size && group.Kind != GroupKind.Reduction) return false;
            var readers = state.ConsumersOf(node).Where(c => state.GroupOf[c] == group).ToArray();
            return readers.All(c => !state.Accesses[c].Choosers.Contains(node) && state.Structures[c] != NodeStructure.Contraction &&
                (group.Kind == GroupKind.Reduction ? state.MayReduce(group, c, node, readers) : state.Fits(group, c, node, isRow)));
        }

        private bool MayReduce(FusionGroup group, Node consumer, Node node, Node[] readers) => state.Structures[consumer] == NodeStructure.Reduction
            ? readers.Length == 1 && !Prologues.OverlapsWindows(state.Accesses[consumer])
            : !group.Prologue.Contains(consumer) && node.Shape.Size.Value == group.Rows && state.Accesses[consumer].IsIdentity(node);

        private bool Fits(FusionGroup home, Node consumer, Node producer, bool producerIsRow)
        {
            var accesses = state.Accesses[consumer];
            if (home.Geometry is not { } geometry) return accesses.IsIdentity(producer);
            if (home.StretchLevel.Contains(consumer)) return !producerIsRow;
            var consumerIsRow = home.RowLevel.Contains(consumer);
            if (producerIsRow) return consumerIsRow ? accesses.IsIdentity(producer) : accesses.IsRowBroadcast(producer, geometry);
            return state.Structures[consumer] == NodeStructure.Reduction
                ? accesses.ReducesRowsOf(producer, geometry)
                : !consumerIsRow && accesses.IsIdentity(producer);
        }
    }

    private static string? WhyNotJoinRows(FusionGroup group, RowGeometry geometry, NodeAccesses accesses, Node[] producers)
    {
        var size = accesses.Node.Shape.Size.Value;
        var isRow = size == geometry.Rows;
        if (!isRow && size != geometry.Elements) return "domain is neither the rows nor the elements";
        foreach (var producer in producers)
        {
            var producerIsRow = group.RowLevel.Contains(producer);
            if (isRow && !producerIsRow) return "a row value cannot depend on single elements";
            var fits = isRow == producerIsRow ? accesses.IsIdentity(producer) : accesses.IsRowBroadcast(producer, geometry);
            if (!fits) return "reads the producer at other elements than its own";
        }
        return null;
    }
}
