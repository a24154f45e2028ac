using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Graph;

/// <summary>Printing, verifying, binding and evaluating a small graph that reads and updates state.</summary>
public sealed class GraphPassTests
{
    private static readonly DimSymbol N = new("n", 2, 8);
    private static readonly SourceLocation Here = new("Models.cs", 14);

    private readonly StateSlot _weight = new("w", new TensorType(DType.Float64, [3]));

    private ComputationGraph Graph()
    {
        using var scope = NodeScope.Enter("layer", Here);
        var y = Nodes.Input("x", DType.Float64, [N, 3]) * Nodes.State(_weight);
        return new ComputationGraph("scale", [new("y", y)], [new StateUpdate(_weight, y.Sum(0))]);
    }

    [Test]
    public void Prints_one_node_a_line() => Assert.That(GraphPrinter.Print(Graph()), Is.EqualTo("""
        graph scale
        %0 = state(w) : float64[3]  // Models.cs(14) layer
        %1 = reshape(%0, [1, 3]) : float64[1, 3]  // Models.cs(14) layer
        %2 = expand(%1, [n, 3]) : float64[n, 3]  // Models.cs(14) layer
        %3 = input(x) : float64[n, 3]  // Models.cs(14) layer
        %4 = multiply(%2, %3) : float64[n, 3]  // Models.cs(14) layer
        %5 = sum(%4, axes=[0]) : float64[3]  // Models.cs(14) layer
        output y = %4
        update w = %5

        """));

    [Test]
    public void Binding_replaces_symbols_everywhere()
    {
        var bound = Binding.Bind(Graph(), new Dictionary<DimSymbol, long> { [N] = 2 });
        Assert.That(bound.TopologicalOrder().All(n => n.Shape.IsBound));
        Assert.That(bound.Outputs[0].Value.Shape, Is.EqualTo(Shape.Of(2, 3)));
        Assert.That(bound.Outputs[0].Value.Source, Is.SameAs(Here));
        Assert.That(() => GraphVerifier.Verify(bound, "bind"), Throws.Nothing);
    }

    [Test]
    public void A_symbol_without_value_is_told() => AssertBinding(new Dictionary<DimSymbol, long>(),
        ErrorCode.BadBinding, "the extent n has no value; bind it to 2..8.");

    [Test]
    public void A_symbol_outside_its_bounds_is_told() => AssertBinding(new Dictionary<DimSymbol, long> { [N] = 9 },
        ErrorCode.BadBinding, "the extent n cannot be 9; it was declared to lie in 2..8.");

    [Test]
    public void An_op_that_fails_at_the_bound_extents_is_told_with_them()
    {
        var sliced = Nodes.Input("sliced", DType.Float64, [N, 3]).Slice(0, 3, 2);
        var graph = new ComputationGraph("slice", [new("y", sliced)], []);
        var error = Assert.Throws<GraphException>(() => Binding.Bind(graph, new Dictionary<DimSymbol, long> { [N] = 4 }))!;
        Assert.That(error.Problem, Is.EqualTo(
            "slice of float64[4, 3] leaves axis 0: 2 elements from 3 in steps of 1 do not lie within 0..3. This is with n = 4."));
        Assert.That(error.Location, Is.SameAs(sliced.Source));
    }

    [Test]
    public void Evaluation_reads_old_states_and_returns_new_ones()
    {
        var bound = Binding.Bind(Graph(), new Dictionary<DimSymbol, long> { [N] = 2 });
        var result = ReferenceEvaluator.Evaluate(bound,
            new Dictionary<string, Literal> { ["x"] = Literal.Of<double>([1, 2, 3, 4, 5, 6], 2, 3) },
            new Dictionary<StateSlot, Literal> { [_weight] = Literal.Of<double>([1, 10, 100], 3) });
        Assert.That(result.Outputs["y"], Is.EqualTo(Literal.Of<double>([1, 20, 300, 4, 50, 600], 2, 3)));
        Assert.That(result.States[_weight], Is.EqualTo(Literal.Of<double>([5, 70, 900], 3)));
    }

    [Test]
    public void Evaluation_tells_of_missing_and_misfit_values()
    {
        var graph = new ComputationGraph("exp", [new("y", Nodes.Input("x", DType.Float64, [2]).Exp())], []);
        AssertEvaluation(graph, [], ErrorCode.DanglingInput, "input x (float64[2]) was given no value.");
        AssertEvaluation(graph, new() { ["x"] = Literal.Of<float>([1, 2], 2) },
            ErrorCode.BadRunArgument, "input x takes float64[2] and was given float32[2].");
    }

    [Test]
    public void Two_inputs_of_one_name_are_told()
    {
        var sum = Nodes.Input("x", DType.Float64, [2]) + Nodes.Input("x", DType.Float64, [1]);
        var graph = new ComputationGraph("twins", [new("y", sum)], []);
        var error = Assert.Throws<GraphException>(() => GraphVerifier.CheckNames(graph))!;
        Assert.That(error.Message, Is.EqualTo("error GF0202: graph twins has two inputs named 'x'; rename one of them."));
    }

    [Test]
    public void An_update_of_another_type_names_the_pass()
    {
        var graph = new ComputationGraph("bad", [], [new StateUpdate(_weight, Nodes.Scalar(1, DType.Float64))]);
        var error = Assert.Throws<InternalCompilerException>(() => GraphVerifier.Verify(graph, "fold"))!;
        Assert.That(error.Message, Does.StartWith("internal error in fold: state w is float64[3] and is updated with float64[]"));
        Assert.That(error.Message, Does.Contain("update w = %0"));
    }

    private void AssertBinding(IReadOnlyDictionary<DimSymbol, long> values, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(() => Binding.Bind(Graph(), values))!;
        Assert.That((error.Code, error.Problem), Is.EqualTo((code, problem)));
    }

    private static void AssertEvaluation(ComputationGraph graph, Dictionary<string, Literal> inputs, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(
            () => ReferenceEvaluator.Evaluate(graph, inputs, new Dictionary<StateSlot, Literal>()))!;
        Assert.That((error.Code, error.Problem), Is.EqualTo((code, problem)));
    }
}
