using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>Outputs and gradients against those recorded from PyTorch.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedCaseTests
{
    /// <summary>Ops without cases, and why.</summary>
    private static readonly Dictionary<Type, string> Unrecorded = new()
    {
        [typeof(RandomUniform)] = "draws from a generator of our own; its figures are the Threefry authors'",
        [typeof(Identity)] = "a copy that the compiler inserts; no function builds it",
        [typeof(Fused)] = "made of recorded ops by the compiler; no function builds it",
        [typeof(ShiftLeft)] = "recorded as a function of tensors, in the family dtypes",
        [typeof(ShiftRight)] = "recorded as a function of tensors, in the family dtypes",
        [typeof(Scan)] = "recorded as a function of tensors, in the families scan and recurrent",
        [typeof(Cond)] = "chooses between bodies whose ops are recorded; this PyTorch has no such function",
        [typeof(While)] = "repeats a body whose ops are recorded; this PyTorch has no such function",
        [typeof(DimSize)] = "an extent of the graph, which PyTorch has no op for",
    };

    private static readonly IReadOnlyDictionary<string, (CaseBatch Batch, CaseGraph Graph)> Graphs =
        CaseBatch.Of(RecordedCase.All, recorded => CaseOperations.All[recorded.Operation].Build);

    [TestCaseSource(typeof(RecordedCase), nameof(RecordedCase.All))]
    public void Reference_evaluation_is_as_good_as_PyTorch(RecordedCase recorded)
    {
        var (batch, graph) = Graphs[recorded.Name];
        graph.AssertWithin(batch.Reference);
    }

    [TestCaseSource(typeof(RecordedCase), nameof(RecordedCase.All))]
    public void Compiled_result_is_as_good_as_PyTorch(RecordedCase recorded)
    {
        var (batch, graph) = Graphs[recorded.Name];
        graph.AssertWithin(batch.Compiled);
    }

    [Test]
    public void Every_op_has_a_recorded_case()
    {
        var nodes = Graphs.Values.SelectMany(c => Topology.Order(c.Graph.Outputs.Select(o => o.Value)));
        var used = nodes.Select(n => n.Op.GetType()).ToHashSet();
        var expected = OpSet.All.Where(type => !type.IsAssignableTo(typeof(Leaf)) && !Unrecorded.ContainsKey(type));
        Assert.That(expected.Except(used), Is.Empty);
    }

    [Test]
    public void Every_operation_row_has_a_recorded_case() => Assert.That(
        CaseOperations.All.Keys, Is.EquivalentTo(RecordedCase.All.Select(c => c.Operation).Distinct()));
}
