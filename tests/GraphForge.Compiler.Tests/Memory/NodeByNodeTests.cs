using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>What graphs take node by node, counted by hand. A tensor of 16 × 64 float32 is 4 KiB.</summary>
public sealed class NodeByNodeTests
{
    private static readonly Node X = Input("x", 16, 64);

    [Test]
    public void A_result_stands_beside_its_operand_and_the_operand_is_freed_after_its_last_reader() =>
        Assert.That(Kilobytes(X.Exp().Tanh().Sin()), Is.EqualTo(8));

    [Test]
    public void An_operand_that_is_read_later_stays() =>
        Assert.That(Kilobytes(X.Exp().Tanh() + X), Is.EqualTo(12));

    [Test]
    public void Views_take_nothing_and_keep_what_they_are_views_of()
    {
        var view = X.Exp().Reshape(Shape.Of(64, 16)).Permute(1, 0);
        Assert.That(Kilobytes(view.Tanh(), view.Sin()), Is.EqualTo(12));
    }

    [Test]
    public void A_view_that_is_an_output_is_a_tensor_of_its_own()
    {
        var exp = X.Exp();
        Assert.That(Kilobytes(exp, exp.Reshape(Shape.Of(64, 16))), Is.EqualTo(8));
        Assert.That(Kilobytes(exp, exp), Is.EqualTo(8), "so is the second of equal outputs");
    }

    [Test]
    public void Inputs_are_there_from_the_start() =>
        Assert.That(Kilobytes(X.Exp(), Input("later", 16, 64).Exp()), Is.EqualTo(12));

    [Test]
    public void States_and_constants_are_not_counted()
    {
        var slot = new StateSlot("s", X.Type);
        Assert.That(Kilobytes(Nodes.State(slot) + Nodes.Constant(new Literal(X.Type)) + 1), Is.EqualTo(8));
    }

    [Test]
    public void A_convolution_gathers_its_windows()
    {
        // 1 KiB of image, 36 B of kernel, 9 KiB of windows, 1 KiB of result.
        var y = Convolutions.Convolve(Input("image", 1, 1, 16, 16), Input("kernel", 1, 1, 3, 3), ConvolutionGeometry.Of(2, padding: 1));
        Assert.That(Kilobytes(y), Is.EqualTo(11 + 64 / 1024.0));
    }

    [Test]
    public void A_loop_has_its_carries_and_the_values_of_an_iteration()
    {
        // The initial carry, the final one, the one before an iteration, and three values of the iteration.
        var loop = Nodes.Scan([X], [Input("elements", 4, 1)], (before, element) => ([before[0].Exp() + before[0].Sin() * element[0]], []));
        Assert.That(Kilobytes(loop.Carries[0]), Is.EqualTo(6 * 4 + 64 / 1024.0));
    }

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static double Kilobytes(params Node[] outputs) => NodeByNode.PeakBytes(
        new ComputationGraph("counted", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), [])) / 1024.0;
}
