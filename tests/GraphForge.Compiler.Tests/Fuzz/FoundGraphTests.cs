using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>Minimised graphs that random search found wrong once.</summary>
public class FoundGraphTests
{
    private readonly RandomLeaves _leaves = new(new Random(1));

    [Test]
    public void A_new_state_is_stored_after_what_reads_the_old_one()
    {
        var (slots, sum) = (TwoStates(), _leaves.Input(DType.Float32, []) + Nodes.State(_leaves.States.Keys.ElementAt(1)));
        Check([], [new(slots[0], Nodes.State(slots[0]) - sum), new(slots[1], sum)]);
    }

    [Test]
    public void An_output_is_computed_from_the_old_state()
    {
        var slot = ((State)_leaves.State(DType.Bool, [2, 1]).Op).Slot;
        var differs = _leaves.Input(DType.UInt8, [2, 1]).NotEqualTo(_leaves.Input(DType.UInt8, [2, 1]));
        Check([differs & Nodes.State(slot)], [new(slot, differs)]);
    }

    [Test]
    public void Two_states_change_places()
    {
        var slots = TwoStates();
        Check([], [new(slots[0], Nodes.State(slots[1]) * 2), new(slots[1], Nodes.State(slots[0]) * 2)]);
    }

    [Test]
    public void A_convolution_is_cast_lane_by_lane()
    {
        var (x, weight) = (_leaves.Input(DType.Float64, [1, 1, 3]), _leaves.Input(DType.Float64, [2, 1, 2]));
        Check([Convolutions.Convolve(x, weight, ConvolutionGeometry.Of(1)).Cast(DType.Int64)], []);
    }

    [Test]
    public void An_epilogue_without_a_vector_form_follows_a_product()
    {
        var (left, right) = (_leaves.Input(DType.Int64, [2, 2]), _leaves.Input(DType.Int64, [2, 2]));
        Check([Nodes.MatMul(left, right).Sign()], []);
    }

    [Test]
    public void A_convolution_reads_an_outer_product_of_one_element()
    {
        var x = _leaves.Input(DType.Float32, [1, 1]).ExpandTo([2, 1]);
        var product = Nodes.Einsum("ab,cb->ac", x, x).Reshape([1, 2, 2]);
        Check([Convolutions.Convolve(product, _leaves.Input(DType.Float32, [1, 2, 1]), ConvolutionGeometry.Of(1, stride: 2))], []);
    }

    [Test]
    public void A_guard_that_the_tail_decides_is_obeyed()
    {
        var pad = new Pad([4], [2], [1], Scalar.Of(DType.Float32, 0L));
        Check([Node.Of(pad, _leaves.Input(DType.Float32, [14]))], []);
    }

    [Test]
    public void A_scan_over_constants_computes_some_of_its_body_outside()
    {
        var one = Nodes.Scalar(1, DType.Float32);
        var zeros = Nodes.Constant(Literal.Of<float>(new float[6], 2, 3)) - Nodes.Constant(Literal.Of<float>(new float[6], 2, 3));
        var loop = Nodes.Scan([_leaves.Input(DType.Float32, [3])], [zeros], (before, element) =>
        {
            var next = before[0] * 0.5 + element[0] * (one.OnesLike() * 0.5);
            return ([next], [next]);
        });
        Check([loop.Outputs[0]], []);
    }

    [Test]
    public void A_gather_picks_from_a_concatenation()
    {
        var joined = Nodes.Concat([_leaves.Input(DType.Float32, [16]), _leaves.Input(DType.Float32, [16])], 0);
        Check([joined.Gather(0, _leaves.Input(DType.Int32, []))], []);
    }

    [Test]
    public void The_position_of_an_extreme_chooses_what_is_read()
    {
        var (x, table) = (_leaves.Input(DType.Float32, [5, 7]), _leaves.Input(DType.Float32, [7]));
        var geometry = WindowGeometry.Of([3]);
        var position = Node.Of(new WindowArgMinimum(geometry), x);
        Check([table.Gather(0, x.ArgMax(1)), Node.Of(new WindowGather(geometry), x, position)], []);
    }

    [Test]
    public void A_window_of_one_element_has_one_position()
    {
        var (x, geometry) = (_leaves.Input(DType.Int32, [4]), WindowGeometry.Of([1], stride: 3));
        Check([Node.Of(new WindowGather(geometry), x, Node.Of(new WindowArgMinimum(geometry), x))], []);
    }

    [Test]
    public void A_position_is_wanted_wide_and_narrow()
    {
        var position = _leaves.Input(DType.Float32, [2, 1, 2, 1]).ArgMin(0);
        Check([position, position.Cast(DType.Int32)], []);
    }

    [Test]
    public void A_convolution_slides_over_a_known_number()
    {
        var image = Nodes.Constant(Literal.Of<float>([0.75f], 1, 1, 1, 1)).Erfc();
        Check([Convolutions.Convolve(image, _leaves.Input(DType.Float32, [2, 1, 1, 2]), ConvolutionGeometry.Of(2, stride: 2, padding: 1))], []);
    }

    [Test]
    public void A_sort_chooses_among_elements_that_are_all_one_number()
    {
        // Too large to be sorted while compiling.
        var zeros = Nodes.Constant(Literal.Of(Scalar.Of(DType.Float32, 0.0))).ExpandTo(Shape.Of(103, 20));
        Check([zeros.GatherElements(1, zeros.ArgSort(1))], []);
    }

    [Test]
    public void Parts_of_a_whole_are_single_elements()
    {
        var x = _leaves.Input(DType.Float32, [40, 1]);
        Check([Nodes.Concat([x.Tanh(), x.Exp()], 1), Nodes.Concat([x.Tanh(), x.Exp()], 0)], []);
    }

    private StateSlot[] TwoStates()
    {
        _leaves.State(DType.Float32, []);
        _leaves.State(DType.Float32, []);
        return [.. _leaves.States.Keys];
    }

    private void Check(Node[] outputs, StateUpdate[] updates)
    {
        var graph = new ComputationGraph("found", outputs.Select((n, i) => new NamedOutput($"y{i}", n)).ToEquatable(), updates);
        foreach (var bytes in new[] { 64, 32, 16 })
            Assert.That(FuzzRun.Run([new FuzzCase(0, graph, _leaves.Inputs, _leaves.States)], new CpuTarget(bytes))[0], Is.Null, $"{bytes} bytes");
    }
}
