using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Schedule;

/// <summary>Which kernels norms, softmaxes and activations of a model become, forward and backward.</summary>
public class RowFusionTests
{
    [Test]
    public void Batch_normalisation_is_one_kernel_forward_and_one_backward()
    {
        var (x, dy) = (Input("x", 32, 16, 8, 8), Input("dy", 32, 16, 8, 8));
        var weight = Input("weight", 16);
        var centred = x - x.Mean([0, 2, 3], keepDims: true);
        var y = centred / (centred.Square().Mean([0, 2, 3], keepDims: true) + 1e-5).Sqrt() * weight.Reshape([1, 16, 1, 1]);
        Assert.That(Kinds(y), Is.EqualTo(new[] { GroupKind.Rows }));
        Assert.That(Kinds(Gradients.Of(y, dy, [x, weight])), Is.EqualTo(new[] { GroupKind.Rows }));
    }

    [Test]
    public void A_norm_makes_row_and_column_gradients_in_one_pass()
    {
        var (x, dy) = (Input("x", 512, 128), Input("dy", 512, 128));
        var (weight, bias) = (Input("weight", 128), Input("bias", 128));
        var centred = x - x.Mean(1, keepDims: true);
        var y = centred / (centred.Square().Mean(1, keepDims: true) + 1e-5).Sqrt() * weight + bias;
        var plan = Plan(Gradients.Of(y, dy, [x, weight, bias]));
        // One kernel over the rows, and the sums of what its tasks summed.
        Assert.That(plan.Groups.Select(g => g.Kind), Is.EqualTo(new[] { GroupKind.Rows, GroupKind.Reduction, GroupKind.Reduction }));
        Assert.That(plan.Groups[0].Stretches, Is.EqualTo(16));
        Assert.That(plan.Groups[0].StretchLevel, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_long_sum_is_cut_into_stretches_that_join_the_work_before_it()
    {
        var x = Input("x", 1024, 128);
        Assert.That(Kinds(x.Tanh().Square().Sum()), Is.EqualTo(new[] { GroupKind.Rows, GroupKind.Rows }));
        Assert.That(Kinds(x.Tanh(), x.Tanh().Sum(0)), Is.EqualTo(new[] { GroupKind.Rows, GroupKind.Reduction }));
    }

    [Test]
    public void A_gradient_needs_no_more_of_a_softmax_than_its_result()
    {
        var (x, dy) = (Nodes.MatMul(Input("x", 64, 32), Input("w", 32, 64)), Input("dy", 64, 64));
        var y = x.Softmax(1);
        var plan = Plan(Nodes.MatMul(y, Input("v", 64, 16)), Nodes.MatMul(Gradients.Of(y, dy, [x])[0], Input("u", 64, 16)));
        var forward = plan.Groups.Single(g => g.Members.Any(m => m.Op is ReduceMaximum));
        Assert.That(forward.Stored.Select(s => s.Op.Name), Is.Not.Contains("exp"));
    }

    [Test]
    public void What_only_the_backward_pass_uses_is_computed_there()
    {
        var hidden = Nodes.MatMul(Input("x", 64, 32), Input("w", 32, 64)) + Input("b", 64);
        var y = Nodes.MatMul(hidden.Gelu(), Input("v", 64, 16));
        var gradient = Gradients.Of(y, Input("dy", 64, 16), [hidden])[0];
        var plan = Plan(y, gradient);
        var exp = plan.GroupOf.Keys.Single(n => n.Op is Exp);
        Assert.That(plan.GroupOf[exp], Is.SameAs(plan.GroupOf[gradient]));
        Assert.That(plan.GroupOf[exp].Stored, Has.None.SameAs(exp));
    }

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static GroupKind[] Kinds(params Node[] outputs) => Plan(outputs).Groups.Select(g => g.Kind).ToArray();

    private static FusionPlan Plan(params Node[] outputs)
    {
        var graph = new ComputationGraph("fusion", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), []);
        return Fusion.Run(SplitReductions.Run(RewriteDriver.Apply(graph, RuleSet.SimplifyDifferentiated, out _)));
    }
}
