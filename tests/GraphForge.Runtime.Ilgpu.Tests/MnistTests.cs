using Digits;
using GraphForge.Compiler.Tests;
using GraphForge.Data;
using GraphForge.Optimizers;
using GraphForge.Tests;
using GraphForge.Tests.Devices;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>The networks of the Mnist example, dropout included, take their first steps over real digits as on the processor.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public class MnistTests(TestDevice on)
{
    private const int Batch = 8;

    [TestCase("mlp")]
    [TestCase("cnn")]
    public void FirstStepsAreThoseOfTheProcessor(string model)
    {
        var (digits, _) = Mnist.Load(RepositoryFolder.Of("examples", "data", "mnist10k"));
        using var device = on.Open();
        using var here = Compile(TestOptions.WithSeed(3));
        using var there = Compile(TestOptions.WithSeed(3) with { Device = device });
        foreach (var step in Enumerable.Range(0, 3))
        {
            float[] samples = [.. Enumerable.Range(step * Batch, Batch).SelectMany(i => digits.Sample(i).ToArray())];
            var labels = digits.Labels[(step * Batch)..((step + 1) * Batch)].ToArray();
            Assert.That(there.Step<float, long>(samples, labels), Is.EqualTo(here.Step<float, long>(samples, labels)).Within(0.01).Percent, $"step {step}");
        }

        Training Compile(CompileOptions options) =>
            Training.Compile(Recipe.Of(model).Network, Losses.CrossEntropy, new AdamW(1e-3), BatchSpec.Of(digits, Batch), options);
    }
}
