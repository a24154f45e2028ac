using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Compiler.Schedule;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Schedule;

/// <summary>What becomes one kernel, what does not, and the reason given.</summary>
public class FusionTests
{
    [Test]
    public void Softmax_cross_entropy_is_one_kernel_forward_and_backward()
    {
        var logits = Input("logits", 32, 10);
        var labels = Nodes.Input("labels", DType.Int32, Shape.Of(32, 1));
        var hot = labels.ExpandTo(Shape.Of(32, 10)).EqualTo(Nodes.Iota(10, DType.Int32));
        var rows = Nodes.Select(hot, -logits.LogSoftmax(1), Nodes.Full(Shape.Of(32, 10), DType.Float32, 0)).Sum([1]);
        var gradient = Gradients.Of(rows.Sum(), [logits])[0];
        Assert.That(Kinds(rows, gradient), Is.EqualTo(new[] { GroupKind.Rows }));
    }

    [Test]
    public void Bias_and_rectifier_end_a_contraction()
    {
        var y = (Nodes.MatMul(Input("x", 8, 32), Input("w", 32, 16)) + Input("b", 16)).Relu();
        Assert.That(Kinds(y), Is.EqualTo(new[] { GroupKind.Contraction }));
    }

    [Test]
    public void Bias_and_rectifier_end_a_convolution()
    {
        var y = Convolutions.Convolve(Input("x", 2, 3, 8, 8), Input("w", 4, 3, 3, 3), ConvolutionGeometry.Of(2)) + Input("b", 4, 1, 1);
        Assert.That(Kinds(y.Relu()), Is.EqualTo(new[] { GroupKind.Contraction }));
    }

    [Test]
    public void An_optimizer_update_ends_the_weight_gradient()
    {
        var (x, weight) = (Input("x", 8, 32), Nodes.State(new StateSlot("w", new TensorType(DType.Float32, Shape.Of(32, 16)))));
        var moment = Nodes.State(new StateSlot("m", weight.Type));
        var gradient = Gradients.Of(Nodes.MatMul(x, weight).Square().Sum(), [weight])[0];
        var next = moment * 0.9 + gradient * 0.1;
        Assert.That(Kinds(next, weight - next * 0.01), Is.EqualTo(new[] { GroupKind.Contraction, GroupKind.Contraction }));
    }

    [Test]
    public void Movement_costs_no_kernel()
    {
        var x = Input("x", 4, 6);
        var y = x.Transpose(0, 1).Reshape(Shape.Of(3, 8)).Flip(0).Exp();
        Assert.That(Kinds(y), Is.EqualTo(new[] { GroupKind.Map }));
    }

    [Test]
    public void Two_contractions_stay_apart_and_the_reason_is_told()
    {
        var hidden = Nodes.MatMul(Input("x", 8, 32), Input("v", 32, 16));
        var plan = Plan(Nodes.MatMul(hidden.Tanh(), Input("w", 16, 4)));
        Assert.That(plan.Groups.Select(g => g.Kind), Is.EqualTo(new[] { GroupKind.Contraction, GroupKind.Contraction }));
        Assert.That(plan.Decisions.Single(d => !d.Fused).ToString(),
            Does.StartWith("not fused tanh[8, 16]").And.EndWith("a contraction founds its own kernel"));
    }

    [Test]
    public void A_contraction_takes_in_neither_row_reductions_nor_what_waits_for_them()
    {
        var y = Nodes.MatMul(Input("x", 8, 32), Input("w", 32, 16));
        var plan = Plan(y - y.Max([1], keepDims: true));
        Assert.That(plan.Groups.Select(g => g.Kind), Is.EqualTo(new[] { GroupKind.Contraction, GroupKind.Rows }));
        Assert.That(plan.Decisions.Where(d => !d.Fused).Select(d => (d.Consumer.Op.Name, d.Reason)), Is.EquivalentTo(new[]
        {
            ("reduceMaximum", "a reduction after a contraction or reduction starts a new kernel"),
            ("subtract", "another operand must run in between"),
        }));
    }

    [Test]
    public void What_must_wait_for_another_kernel_does_not_join_an_earlier_one()
    {
        var first = Nodes.MatMul(Input("x", 8, 32), Input("v", 32, 16));
        var second = Nodes.MatMul(first, Input("w", 16, 16));
        var plan = Plan(first.Tanh(), first.Tanh() + second);
        var edge = plan.Decisions.Single(d => !d.Fused && d.Consumer.Op is Add);
        Assert.That((edge.Producer.Op.Name, edge.Reason), Is.EqualTo(("tanh", "another operand must run in between")));
    }

    [Test]
    public void A_chain_of_thousands_of_ops_is_cut_into_kernels_of_bounded_size()
    {
        const int Ops = 5000;
        var (x, a) = (Input("x", 7, 5), Input("a", 7, 5));
        var y = x;
        for (var i = 0; i < Ops; i++) y = (i % 3) switch { 0 => y * 0.99, 1 => y + a, _ => y.Tanh() };
        var plan = Plan(y);
        Assert.That(plan.Groups.Sum(g => g.Members.Count), Is.EqualTo(Ops));
        Assert.That(plan.Groups.Select(g => g.Members.Count), Is.All.LessThanOrEqualTo(256));
        Assert.That(plan.Groups, Has.Count.EqualTo((Ops + 255) / 256));
        Assert.That(plan.Decisions.Where(d => !d.Fused).Select(d => d.Reason), Is.All.EqualTo("the kernel is large enough"));
        var graph = new ComputationGraph("chain", [new NamedOutput("y", y)], []);
        var values = graph.Inputs.ToDictionary(i => i.Label, i => Literal.Of([.. Enumerable.Range(0, 35).Select(e => e / 70f)], 7, 5));
        var states = new Dictionary<StateSlot, Literal>();
        Closeness.AssertClose(CompiledGraph.Evaluate(graph, values, states).Outputs["y"], ReferenceEvaluator.Evaluate(graph, values, states).Outputs["y"], 1e-4, "chain");
    }

    [Test]
    public void Every_edge_between_computed_nodes_is_explained()
    {
        var x = Input("x", 8, 32);
        var plan = Plan((Nodes.MatMul(x, Input("w", 32, 16)) + Input("b", 16)).Softmax(1));
        var edges = plan.Accesses.Values
            .SelectMany(a => a.Reads.Select(r => r.Producer).Distinct().Where(plan.GroupOf.ContainsKey).Select(p => (p, a.Node)));
        Assert.That(plan.Decisions.Select(d => (d.Producer, d.Consumer)), Is.EquivalentTo(edges));
    }

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static GroupKind[] Kinds(params Node[] outputs) => Plan(outputs).Groups.Select(g => g.Kind).ToArray();

    private static FusionPlan Plan(params Node[] outputs)
    {
        var graph = new ComputationGraph("fusion", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), []);
        return Fusion.Run(RewriteDriver.Apply(graph, RuleSet.SimplifyDifferentiated, out _));
    }
}
