using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Models;

/// <summary>Two networks against each other, each with a loss, parameters and an optimizer of its own.</summary>
public sealed class AdversarialTests
{
    private const int Batch = 256;
    private const int Steps = 2000;
    private const int NoiseSize = 4;

    [Test]
    public void A_generator_learns_all_of_a_ring_of_gaussians()
    {
        var pair = new Adversaries();
        using var critic = pair.CompileCritic(Batch);
        using var forger = pair.CompileForger(Batch);
        var random = new Random(1);
        float[] real = new float[2 * Batch], noise = new float[NoiseSize * Batch];
        for (var step = 0; step < Steps; step++)
        {
            RingOfGaussians.Fill(real, random);
            critic.Step(("real", real), ("noise", Drawn(noise, random)));
            forger.Step(("noise", Drawn(noise, random)));
        }
        const int samples = 2000;
        var points = new float[2 * samples];
        CompiledModel.Compile(pair.Generator, [NoiseSize], TestOptions.Default).Run(Drawn(new float[NoiseSize * samples], random), points);
        var counts = RingOfGaussians.Count(points);
        TestContext.Out.WriteLine($"samples at each mode: {string.Join(", ", counts)} of {samples}");
        Assert.Multiple(() =>
        {
            Assert.That(counts, Has.All.GreaterThan(samples / RingOfGaussians.Modes / 4), "every mode is covered");
            Assert.That(counts.Sum(), Is.GreaterThan(0.75 * samples), "most samples lie at a mode");
        });
    }

    [Test]
    public void A_training_changes_its_own_parameters_alone()
    {
        var pair = new Adversaries();
        using var critic = pair.CompileCritic(2);
        using var forger = pair.CompileForger(2);
        var (generator, discriminator) = (Values(pair.Generator), Values(pair.Discriminator));
        float[] real = [1, 2, 3, 4], noise = [1, 2, 3, 4, 5, 6, 7, 8];
        critic.Step(("real", real), ("noise", noise));
        Assert.That(Values(pair.Generator), Is.EqualTo(generator));
        Assert.That(Values(pair.Discriminator), Is.Not.EqualTo(discriminator));
        discriminator = Values(pair.Discriminator);
        forger.Step(("noise", noise));
        Assert.That(Values(pair.Generator), Is.Not.EqualTo(generator));
        Assert.That(Values(pair.Discriminator), Is.EqualTo(discriminator));
        Assert.That((critic.Steps, forger.Steps), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void One_training_sees_what_the_other_changed()
    {
        var pair = new Adversaries();
        using var critic = pair.CompileCritic(2);
        using var forger = pair.CompileForger(2);
        float[] real = [1, 2, 3, 4], noise = [1, 2, 3, 4, 5, 6, 7, 8];
        var before = critic.Evaluate(("real", real), ("noise", noise)).Loss;
        forger.Step(("noise", noise));
        Assert.That(critic.Evaluate(("real", real), ("noise", noise)).Loss, Is.Not.EqualTo(before));
    }

    private static float[] Values(Module module) => [.. module.Parameters().SelectMany(p => p.AsSpan<float>().ToArray())];

    /// <summary>Uniform in -1..1.</summary>
    private static float[] Drawn(float[] noise, Random random)
    {
        for (var i = 0; i < noise.Length; i++) noise[i] = 2 * random.NextSingle() - 1;
        return noise;
    }

    private sealed class Adversaries : Module
    {
        public Sequential Generator { get; } = Network(NoiseSize, 2);

        public Sequential Discriminator { get; } = Network(2, 1);

        public Training CompileCritic(int batch) => Compile(batch, Discriminator, x =>
        {
            // The generator is not to learn from what helps its adversary.
            var forged = Generator.Forward(x["noise"]).Detach();
            return Surprise(Discriminator.Forward(x["real"])) + Surprise(-Discriminator.Forward(forged));
        }, TensorSpec.Of<float>("real", batch, 2));

        public Training CompileForger(int batch) =>
            Compile(batch, Generator, x => Surprise(Discriminator.Forward(Generator.Forward(x["noise"]))));

        private Training Compile(int batch, Module trained, TrainingFunction loss, params TensorSpec[] inputs) => Training.Compile(
            this, loss, new Adam(1e-3, betas: (0.5, 0.999)), [.. inputs, TensorSpec.Of<float>("noise", batch, NoiseSize)],
            trained.Parameters(), TestOptions.Default);

        /// <summary>Mean of -log σ(logits).</summary>
        private static Tensor Surprise(Tensor logits) => ((-logits).Relu() + (1 + (-logits.Abs()).Exp()).Log()).Mean();

        private static Sequential Network(int inputs, int outputs) => new(
            new Linear(inputs, 64), new Leaky(), new Linear(64, 64), new Leaky(), new Linear(64, outputs));
    }

    /// <summary>max(x, x / 5).</summary>
    private sealed class Leaky : Module
    {
        public override Tensor Forward(Tensor input) => input.Maximum(input * 0.2);
    }
}
