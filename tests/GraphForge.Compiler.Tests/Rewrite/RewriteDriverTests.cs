using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

public sealed class RewriteDriverTests
{
    private static Node X => RuleRow.X;

    [Test]
    public void WhatARuleMakesIsSimplifiedToo()
    {
        var node = ((X + 0) * 1).Power(2).Reshape([12]).Reshape([3, 4]).Absolute();
        Assert.That(Simplify(node, out var fired), Is.SameAs(X * X));
        Assert.That(fired["pow(x, 2) → x * x"], Is.EqualTo(1));
        Assert.That(fired.Keys, Does.Not.Contain("x / 1 → x"));
    }

    [Test]
    public void ASimplifiedGraphStays()
    {
        var graph = Evaluation.Graph(X.Sum(1).Exp());
        var again = RewriteDriver.Apply(graph, RuleSet.Simplify, out var fired);
        Assert.That(again, Is.EqualTo(graph));
        Assert.That(fired, Is.Empty);
    }

    [Test]
    public void DeepGraphsNeitherRecurseNorRepeat()
    {
        var node = X;
        // With a line given, making a node does not walk the stack for one.
        using var scope = NodeScope.Enter("deep", new SourceLocation("Deep.cs", 1));
        for (var i = 0; i < 20_000; i++) node = (node + 0).Sin() * 1;
        Simplify(node, out var fired);
        Assert.That(fired["x + 0 → x"], Is.EqualTo(20_000));
        Assert.That(fired["x * 1 → x"], Is.EqualTo(20_000));
    }

    [Test]
    public void SharedNodesAreRewrittenOnce()
    {
        var shared = X + 0;
        var node = Nodes.Concat([.. Enumerable.Range(1, 50).Select(i => shared.Sin() * i)], 0);
        Simplify(node, out var fired);
        Assert.That(fired["x + 0 → x"], Is.EqualTo(1));
    }

    [Test]
    public void StateUpdatesAreRewritten()
    {
        var slot = new StateSlot("w", X.Type);
        var graph = new ComputationGraph("g", [], [new StateUpdate(slot, Nodes.State(slot) * 1)]);
        Assert.That(RewriteDriver.Apply(graph, RuleSet.Simplify, out _).Updates[0].Value, Is.SameAs(Nodes.State(slot)));
    }

    [Test]
    public void StopGradientStaysUntilDifferentiationIsDone()
    {
        var graph = Evaluation.Graph(X.StopGradient().Exp());
        Assert.That(RewriteDriver.Apply(graph, RuleSet.Simplify, out _), Is.EqualTo(graph));
        Assert.That(RewriteDriver.Apply(graph, RuleSet.SimplifyDifferentiated, out _).Outputs[0].Value, Is.SameAs(X.Exp()));
    }

    [Test]
    public void FloatsKeepNaNAndInfinity()
    {
        var graph = new ComputationGraph("g",
        [
            new NamedOutput("a", X * 0), new NamedOutput("b", X - X), new NamedOutput("c", X.EqualTo(X)),
            new NamedOutput("d", X.Exp().Log()), new NamedOutput("e", !X.Less(RuleRow.Y)),
        ], []);
        Assert.That(RewriteDriver.Apply(graph, RuleSet.Simplify, out _), Is.EqualTo(graph));
    }

    [Test]
    public void RandomValuesAreNeverFolded()
    {
        var random = Nodes.RandomUniform([4], 1, Nodes.Scalar(7, DType.Int64));
        Assert.That(Simplify(random, out _), Is.SameAs(random));
    }

    [Test]
    public void LargeConstantResultsStaySymbolic()
    {
        var column = Nodes.Constant(Literal.Of(Enumerable.Range(0, 1000).Select(i => (float)i).ToArray().AsSpan(), 1000, 1));
        var row = Nodes.Constant(Literal.Of(Enumerable.Range(0, 1000).Select(i => (float)i).ToArray().AsSpan(), 1, 1000));
        var product = column + row;
        Assert.That(Simplify(product, out _), Is.SameAs(product));
    }

    [Test]
    public void SymbolicExtentsAreSimplifiedToo()
    {
        var batch = new DimSymbol("batch");
        var x = Nodes.Input("s", DType.Float32, [batch, 4]);
        var bias = Nodes.Input("bias", DType.Float32, [4]);
        var node = ((x + bias.Exp()) * 1).Reshape([batch, 1, 4]).Permute(2, 1, 0).Reshape([4, batch]);
        Assert.That(Simplify(node, out _), Is.SameAs((x + bias.Exp()).Permute(1, 0)));
    }

    [Test]
    public void SymbolicStartsWaitForTheirBinding()
    {
        var batch = new DimSymbol("batch");
        var table = Nodes.Constant(Literal.Of<float>([1, 2, 3, 4], 4));
        var slice = table.Slice(0, (Dim)batch - 1, 1);
        Assert.That(Simplify(slice, out _), Is.SameAs(slice));
    }

    [Test]
    public void ACircleOfRulesIsOurDefect()
    {
        var rules = new RuleSet(
        [
            RewriteRule.On<Sin>("sin → cos", (_, node) => node.Inputs[0].Cos()),
            RewriteRule.On<Cos>("cos → sin", (_, node) => node.Inputs[0].Sin()),
        ]);
        Assert.That(
            () => RewriteDriver.Apply(Evaluation.Graph(X.Sin()), rules, out _),
            Throws.TypeOf<InternalCompilerException>().With.Message.Contains("circle").And.Message.Contains("sin → cos"));
    }

    [Test]
    public void ARuleThatChangesTheTypeIsOurDefect()
    {
        var rules = new RuleSet([RewriteRule.On<Sin>("sin → sum", (_, node) => node.Inputs[0].Sum())]);
        Assert.That(
            () => RewriteDriver.Apply(Evaluation.Graph(X.Sin()), rules, out _),
            Throws.TypeOf<InternalCompilerException>().With.Message.Contains("sin → sum"));
    }

    private static Node Simplify(Node node, out IReadOnlyDictionary<string, int> fired) =>
        RewriteDriver.Apply(Evaluation.Graph(node), RuleSet.Simplify, out fired).Outputs[0].Value;
}
