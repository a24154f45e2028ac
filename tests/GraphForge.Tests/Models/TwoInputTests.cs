using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Models;

/// <summary>A table of embeddings for one input, a layer for the other, and a network over both.</summary>
public sealed class TwoInputTests
{
    private const int Kinds = 6;
    private const int Batch = 64;

    [Test]
    public void A_model_of_a_kind_and_a_position_learns_what_depends_on_both()
    {
        var model = new Recommender();
        using var training = Training.Compile(model, x =>
            {
                var logits = model.Forward(x["kind"], x["position"]);
                var right = logits.ArgMax(1).Eq(x["label"]).To(logits.DType).Mean();
                return new LossAndMetrics(Losses.CrossEntropy(logits, x["label"])) { ["accuracy"] = right };
            }, new AdamW(0.02),
            [TensorSpec.Of<long>("kind", "batch"), TensorSpec.Of<float>("position", "batch", 2), TensorSpec.Of<long>("label", "batch")],
            options: TestOptions.WithSeed(3));
        var random = new Random(5);
        for (var step = 0; step < 400; step++) training.Step(Draw(random, Batch));
        var test = training.Evaluate(Draw(random, 500));
        TestContext.Out.WriteLine($"loss {test.Loss:F3}, accuracy {test["accuracy"]:P1}");
        // Either input alone tells nothing: half would be right.
        Assert.That(test["accuracy"], Is.GreaterThan(0.95));
    }

    /// <summary>Whether a point lies on one side of a line through the origin, whose direction the kind decides.</summary>
    private static NamedArray[] Draw(Random random, int count)
    {
        var (kind, position, label) = (new long[count], new float[2 * count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            kind[i] = random.Next(Kinds);
            var (x, y) = (position[2 * i], position[2 * i + 1]) = (2 * random.NextSingle() - 1, 2 * random.NextSingle() - 1);
            var angle = 2 * Math.PI * kind[i] / Kinds;
            label[i] = x * Math.Cos(angle) + y * Math.Sin(angle) > 0 ? 1 : 0;
        }
        return [("kind", kind), ("position", position), ("label", label)];
    }

    private sealed class Recommender : Module
    {
        private readonly Parameter _embedding = new(Init.Uniform(-1, 1), Kinds, 8);
        private readonly Linear _position = new(2, 8);
        private readonly Sequential _head = new(new Linear(16, 32), new ReLU(), new Linear(32, 2));

        public Tensor Forward(Tensor kind, Tensor position)
        {
            var chosen = kind.Unsqueeze(1).Eq(Tensor.Arange(Kinds)).To(_embedding.DType);
            return _head.Forward(Tensor.Cat([Functional.Linear(chosen, ((Tensor)_embedding).Transpose(0, 1)), _position.Forward(position)], 1));
        }
    }
}
