using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

public sealed class TrainingTests
{
    private static readonly float[] XorInputs = [0, 0, 0, 1, 1, 0, 1, 1];
    private static readonly long[] XorClasses = [0, 1, 1, 0];

    [Test]
    public void Xor_is_learnt()
    {
        using var training = Xor(new AdamW(learningRate: 0.05), out _);
        var loss = 0f;
        for (var step = 0; step < 150; step++) loss = training.Step(XorInputs, XorClasses);
        Assert.That(loss, Is.LessThan(0.01));
        Assert.That(training.Steps, Is.EqualTo(150));
    }

    [Test]
    public void Losses_follow_from_the_seed_alone()
    {
        var first = XorLosses(seed: 3);
        Assert.That(XorLosses(seed: 3), Is.EqualTo(first));
        Assert.That(XorLosses(seed: 4), Is.Not.EqualTo(first));
    }

    [Test]
    public void A_step_returns_the_loss_before_it()
    {
        using var training = Xor(new SGD(learningRate: 0), out _);
        var first = training.Step(XorInputs, XorClasses);
        Assert.That(training.Step(XorInputs, XorClasses), Is.EqualTo(first));
    }

    [Test]
    public void The_learning_rate_acts_from_the_next_step_on()
    {
        using var training = Xor(new SGD(learningRate: 0.1), out var model);
        var weight = model.NamedParameters()[0].Value;
        training.Step(XorInputs, XorClasses);
        var before = weight.AsSpan<float>().ToArray();
        training.LearningRate = 0;
        training.Step(XorInputs, XorClasses);
        Assert.That(weight.AsSpan<float>().ToArray(), Is.EqualTo(before));
        training.LearningRate = 0.1;
        training.Step(XorInputs, XorClasses);
        Assert.That(weight.AsSpan<float>().ToArray(), Is.Not.EqualTo(before));
    }

    [Test]
    public void A_partial_batch_is_another_binding_of_the_same_model()
    {
        using var training = Xor(new SGD(learningRate: 0), out _);
        var losses = Enumerable.Range(0, 4)
            .Select(i => training.Step<float, long>(XorInputs.AsSpan(2 * i, 2), XorClasses.AsSpan(i, 1))).ToArray();
        Assert.That(losses.Average(), Is.EqualTo(training.Step(XorInputs, XorClasses)).Within(1e-6));
    }

    [Test]
    public void Frozen_parameters_keep_their_values()
    {
        var model = new Sequential(new Linear(2, 4), new Tanh(), new Linear(4, 2));
        var (frozen, trained) = (model.NamedParameters()[0].Value, model.NamedParameters()[2].Value);
        frozen.RequiresGrad = false;
        model.Initialize(seed: 1);
        var (frozenBefore, trainedBefore) = (frozen.AsSpan<float>().ToArray(), trained.AsSpan<float>().ToArray());
        using var training = Training.Compile(model, Losses.CrossEntropy, new AdamW(), BatchSpec.Of(4, 2), TestOptions.Default);
        training.Step(XorInputs, XorClasses);
        Assert.That(frozen.AsSpan<float>().ToArray(), Is.EqualTo(frozenBefore));
        Assert.That(trained.AsSpan<float>().ToArray(), Is.Not.EqualTo(trainedBefore));
    }

    [Test]
    public void A_step_allocates_nothing()
    {
        if (TestOptions.Backend == Backend.Reference) Assert.Ignore("The reference interpreter allocates.");
        using var training = Xor(new AdamW(), out _);
        for (var warmUp = 0; warmUp < 10; warmUp++) training.Step(XorInputs, XorClasses);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 10; step++) training.Step(XorInputs, XorClasses);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static IEnumerable<TestCaseData> WrongBatches()
    {
        yield return new TestCaseData(new float[7], new long[4], "a sample takes 2 values (float32[2]); 7 values are no whole number of samples.");
        yield return new TestCaseData(Array.Empty<float>(), Array.Empty<long>(),
            "a sample takes 2 values (float32[2]); 0 values are no whole number of samples.");
        yield return new TestCaseData(new float[8], new long[3], "4 samples take 4 target values (int64[] each), but 3 were given.");
        yield return new TestCaseData(new float[8], new long[] { 0, 1, 2, 0 }, "element 2 of the input 'targets' is 2, but cross-entropy takes classes 0..1.");
        yield return new TestCaseData(new float[8], new long[] { 0, -1, 0, 0 }, "element 1 of the input 'targets' is -1, but cross-entropy takes classes 0..1.");
    }

    [TestCaseSource(nameof(WrongBatches))]
    public void A_wrong_batch_is_refused_and_changes_nothing(float[] samples, long[] targets, string problem)
    {
        using var training = Xor(new SGD(), out _);
        Assert.That(Assert.Throws<GraphException>(() => training.Step(samples, targets))!.Problem, Is.EqualTo(problem));
        Assert.That(training.Steps, Is.Zero);
    }

    [Test]
    public void A_batch_of_the_wrong_type_is_refused()
    {
        using var training = Xor(new SGD(), out _);
        Assert.That(Assert.Throws<GraphException>(() => training.Step(new double[8], XorClasses))!.Problem,
            Is.EqualTo("samples are float32, but float64 was given."));
    }

    [Test]
    public void A_disposed_training_refuses_to_run()
    {
        var training = Xor(new SGD(), out _);
        training.Dispose();
        Assert.That(() => training.Step(XorInputs, XorClasses), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_negative_learning_rate_is_refused()
    {
        using var training = Xor(new SGD(), out _);
        Assert.That(Assert.Throws<GraphException>(() => training.LearningRate = -1)!.Problem,
            Is.EqualTo("a learning rate must be at least 0 but is -1."));
    }

    private static Training Xor(Optimizer optimizer, out Module model, long seed = 0)
    {
        model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 2));
        return Training.Compile(model, Losses.CrossEntropy, optimizer, BatchSpec.Of(4, 2), TestOptions.WithSeed(seed));
    }

    private static float[] XorLosses(long seed)
    {
        using var training = Xor(new SGD(learningRate: 0.5, momentum: 0.9), out _, seed);
        return [.. Enumerable.Range(0, 5).Select(_ => training.Step(XorInputs, XorClasses))];
    }
}
