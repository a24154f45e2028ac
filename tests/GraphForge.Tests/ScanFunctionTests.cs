using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Loops and branches as a user writes them.</summary>
public sealed class ScanFunctionTests
{
    private static readonly Tensor X = Tensor.Zeros([4, 3]);

    [Test]
    public void A_scan_hands_its_carry_from_step_to_step()
    {
        var (last, sums) = Functional.Scan(0.0, Values.Of([1, 2, 3, 4], 4), (sum, x) => (sum + x, sum + x));
        Assert.That(Values.Of(last), Is.EqualTo(new double[] { 10 }));
        Assert.That(Values.Of(sums), Is.EqualTo(new double[] { 1, 3, 6, 10 }));
        var powers = Functional.Scan([1.0], [], (c, _) => ([c[0] * 2], [c[0]]), length: 5).Outputs[0];
        Assert.That(Values.Of(powers), Is.EqualTo(new double[] { 1, 2, 4, 8, 16 }));
    }

    [Test]
    public void Running_reductions_go_either_way()
    {
        var x = Values.Of([1, 5, 2, 8, 0, 3], 2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(Values.Of(x.CumSum(1, reverse: true)), Is.EqualTo(new double[] { 8, 7, 2, 11, 3, 3 }));
            Assert.That(Values.Of(x.CumProd(-1)), Is.EqualTo(new double[] { 1, 5, 10, 8, 0, 0 }));
            Assert.That(Values.Of(x.CumMax(1, reverse: true).Indices), Is.EqualTo(new double[] { 1, 1, 2, 0, 2, 2 }));
            Assert.That(Values.Of(x.CumMin(0).Values), Is.EqualTo(new double[] { 1, 5, 2, 1, 0, 2 }));
            Assert.That(x.Flatten().To(DType.Bool).CumSum(0).DType, Is.EqualTo(DType.Int64));
        });
    }

    /// <summary>The composition of permutations is associative and does not commute.</summary>
    [Test]
    public void An_associative_scan_keeps_the_order([Values(1, 2, 3, 7, 8, 13)] int length, [Values] bool reverse)
    {
        var permutations = new long[length * 4];
        for (var i = 0; i < length; i++)
            for (var k = 0; k < 4; k++) permutations[i * 4 + k] = (k * 3 + i * (k % 2 + 1) * 2 + i) % 4;
        var elements = Tensor.Constant<long>(permutations, length, 4);
        var actual = Functional.AssociativeScan((a, b) => b.Gather(1, a), elements, 0, reverse);
        var composed = Functional.Scan(Tensor.Arange(4), elements, (before, step) =>
        {
            var next = step.Gather(0, before);
            return (next, next);
        }, reverse).Outputs;
        Assert.That(Values.Of(actual), Is.EqualTo(Values.Of(composed)));
    }

    [Test]
    public void A_model_may_hold_loops_and_branches_with_a_symbolic_batch()
    {
        float[] x = [1, 2, 3, -4, -5, 6];
        Assert.That(Values.Infer(new Running(), [3], x), Is.EqualTo(new float[] { 1, 3, 6, -4, -9, -3 }));
        // 2 · 1.5⁴ is the first to reach 10.
        Assert.That(Values.Infer(new Growing(), [1], 2, 1), Is.EqualTo(new float[] { 10.125f, 5.0625f }));
    }

    [Test]
    public void A_recurrence_learns_to_remember_the_first_of_many()
    {
        using var training = Training.Compile(new Remembering(), Losses.Mse, new Adam(learningRate: 0.02), BatchSpec.Of(16, 6, 1).WithTarget(1), TestOptions.Default);
        var (samples, targets) = (new float[16 * 6], new float[16]);
        var loss = 1f;
        for (var step = 0; step < 300; step++)
        {
            for (var i = 0; i < samples.Length; i++) samples[i] = Threefry.Uniform(step, 0, i) - 0.5f;
            for (var i = 0; i < 16; i++) targets[i] = samples[i * 6];
            loss = training.Step<float, float>(samples, targets);
        }
        // Predicting the mean gives 1/12.
        Assert.That(loss, Is.LessThan(0.01f));
    }

    private static IEnumerable<TestCaseData> Mistakes =>
    [
        Row(() => Functional.Scan([Tensor.Zeros([3])], [X, Tensor.Zeros([5])], (c, _) => (c, [])), ErrorCode.ShapeMismatch,
            "scan of 4 steps needs stacked tensors of that length, got float32[4, 3] and float32[5]; make their first extents agree."),
        Row(() => Functional.Scan(Tensor.Zeros([3]), X, (c, x) => (c.Sum(), x)), ErrorCode.ShapeMismatch,
            "scan: carry 0 starts as float32[3] and its step makes it float32[]; a carry keeps its type and shape."),
        Row(() => X.CumSum(2), ErrorCode.BadAxis, "cumsum has no axis 2 in float32[4, 3]; axes run from -2 to 1."),
        Row(() => X.CumMax(-3), ErrorCode.BadAxis, "cummax has no axis -3 in float32[4, 3]; axes run from -2 to 1."),
        Row(() => X.LogCumSumExp(2), ErrorCode.BadAxis, "logcumsumexp has no axis 2 in float32[4, 3]; axes run from -2 to 1."),
        Row(() => Functional.AssociativeScan((a, b) => a, []), ErrorCode.BadAttribute, "associativeScan needs at least one tensor."),
        Row(() => Functional.AssociativeScan((a, b) => a + b, X, dim: 2), ErrorCode.BadAxis,
            "associativeScan has no axis 2 in float32[4, 3]; axes run from -2 to 1."),
        Row(() => Functional.AssociativeScan((a, b) => a, [X, Tensor.Zeros([5])]), ErrorCode.ShapeMismatch,
            "associativeScan goes along axis 0 of tensors of one extent there, got float32[4, 3] and float32[5]."),
        Row(() => Functional.AssociativeScan((a, b) => (a + b).Sum(1), X), ErrorCode.ShapeMismatch,
            "associativeScan combines float32[2, 3] and gets float32[2]; the operation must keep number, shapes and types."),
        Row(() => Functional.AssociativeScan((a, b) => a + b, Tensor.Input("x", DType.Float32, new DimSymbol("n"))), ErrorCode.SymbolicDim,
            "associativeScan halves the extent of axis 0, which is n; give it a known extent, or use scan."),
        Row(() => Functional.Cond(X, x => x, x => x, X), ErrorCode.WrongDType, "cond takes a bool scalar as its condition, got float32[4, 3]."),
        Row(() => Functional.While(c => c[0].Sum() < 3, c => [c[0].Sum()], [X]), ErrorCode.ShapeMismatch,
            "while: carry 0 starts as float32[4, 3] and its step makes it float32[]; a carry keeps its type and shape."),
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_wrong_use_is_refused(Action use, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(() => use())!;
        Assert.That((error.Code, error.Problem), Is.EqualTo((code, problem)));
        Assert.That(error.Message, Does.StartWith("ScanFunctionTests.cs("));
    }

    private static TestCaseData Row(Action use, ErrorCode code, string problem) =>
        new TestCaseData(use, code, problem).SetArgDisplayNames(problem);

    private sealed class Running : Module
    {
        public override Tensor Forward(Tensor input) => Functional.Cond(
            input.Sum() < 1000, x => [x[0].CumSum(1)], x => [x[0] * 0], input)[0];
    }

    private sealed class Growing : Module
    {
        public override Tensor Forward(Tensor input) => Functional.While(c => c[0].Max() < 10, c => [c[0] * 1.5], [input])[0];
    }

    /// <summary>h = tanh(W·[h, x] + b) over the second axis, then a number.</summary>
    private sealed class Remembering : Module
    {
        private readonly Linear _step = new(13, 12);
        private readonly Linear _read = new(12, 1);

        public override Tensor Forward(Tensor input)
        {
            var last = Functional.Scan([Tensor.Zeros([input.Shape[0], 12])], [input.Transpose(0, 1)], (h, x) =>
                ([_step.Forward(Tensor.Cat([h[0], x[0]], 1)).Tanh()], [])).Carries[0];
            return _read.Forward(last);
        }
    }
}
