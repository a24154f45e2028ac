using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// What a contraction may compute of its operands while it packs them. Packing is done anew for some of the tasks, so the work must be
/// cheap, and vectors of what is read must be neighbours in memory, as gathering lanes one by one costs more than the copy it spares.
/// </summary>
internal sealed class PackedOperands
{
    /// <summary>Vectorised adds an element may take: a few products, sums or comparisons, and no function that is a series of them.</summary>
    private const double MostWork = 4;

    /// <summary>
    /// Rows below which a contraction whose operands both lie along the sum is best done without packing, one vector of products after
    /// the other: then nothing is computed on the way.
    /// </summary>
    private const long FewRows = 16;

    /// <summary>Of any vector: it is the number of elements that has to be the same.</summary>
    private const int VectorBytes = 64;

    private readonly FusionState _state;
    private readonly NodeAccesses _accesses;
    private readonly LoopVar _lanes;

    private PackedOperands(FusionState state, Node contraction, LoopVar lanes) =>
        (_state, Contraction, _accesses, _lanes) = (state, contraction, state.Accesses[contraction], lanes);

    public Node Contraction { get; }

    /// <summary>Null for groups that do not pack: several contractions, windows, products along which no lanes can run.</summary>
    public static PackedOperands? Of(FusionState state, FusionGroup group)
    {
        if (group.Members.Where(m => state.Structures[m] == NodeStructure.Contraction).ToArray() is not [{ Op: Ops.Contraction } node]) return null;
        var accesses = state.Accesses[node];
        if (accesses.Reduced.Count == 0 || accesses.Linear.Variables.LastOrDefault(v => v.Extent > 1 && accesses.Linear.Coefficient(v) == 1) is not { } lanes) return null;
        return new PackedOperands(state, node, lanes);
    }

    /// <summary>Whether all that a group computes may be computed while the operand is packed that it is.</summary>
    public bool MayCompute(FusionGroup source)
    {
        if (source.Members.Sum(WorkOf) > MostWork || !source.Members.All(FitsLanes)) return false;
        var reads = _accesses.Reads.Where(r => _state.GroupOf.GetValueOrDefault(r.Producer) == source).ToArray();
        var others = _accesses.Reads.Except(reads).ToArray();
        if (reads.Length != 1 || others.Length != 1 || !IsAffine(reads[0]) || !IsAffine(others[0])) return false;
        var (own, other) = (reads[0].Index, others[0].Index);
        if (Extents(own.Variables) > reads[0].Producer.Shape.Size.Value) return false;
        if (own.Variables.Contains(_lanes)) return LaneAnalysis.IsContiguous(own, _lanes) && !other.Variables.Contains(_lanes);
        var rows = Extents(own.Variables.Where(v => !_accesses.Reduced.Contains(v) && !other.Variables.Contains(v)));
        return own.Variables.Any(v => LaneAnalysis.IsContiguous(own, v)) && (rows >= FewRows || LaneAnalysis.IsContiguous(other, _lanes));
    }

    /// <summary>Whether a vector holds as many of all that a node computes from as of the products, whichever way lanes run.</summary>
    private bool FitsLanes(Node node)
    {
        var definition = NodeDefinition.Of(node);
        return definition.Index.All(v => LaneAnalysis.LanesFor([definition.Value!], v, VectorBytes) == VectorBytes / Contraction.Type.DType.Size());
    }

    private static long Extents(IEnumerable<LoopVar> variables) => variables.Aggregate(1L, (p, v) => p * v.Extent);

    private static bool IsAffine(Access access) => access.Index.Terms.All(t => t.Atom is LoopVar);

    private static double WorkOf(Node node) => NodeDefinition.Of(node).Value is { } value ? Cost.OfValue(value) : double.PositiveInfinity;
}
