using GraphForge;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Build.Tests.Projects.Several;

/// <summary>Models of several kinds.</summary>
public static class Models
{
    /// <summary>Indices, two open extents, two outputs, a loop over time, and a table too large for source text.</summary>
    [CompiledModel("Several.Text.Tagger", Bindings = ["batch=1, length=7", "length=5, batch=2"])]
    public static CompiledModel Tagger()
    {
        var embedding = new Embedding(50, 16);
        var lstm = new LSTM(16, 24, batchFirst: true);
        var head = new Linear(24, 4);
        var model = new ModuleList(embedding, lstm, head);
        return CompiledModel.Compile(model, x =>
        {
            var (hidden, _) = lstm.Forward(embedding.Forward(x["tokens"]));
            var scores = head.Forward(hidden);
            return new() { ["scores"] = scores, ["tags"] = scores.ArgMax(-1) };
        }, [TensorSpec.Of<long>("tokens", "batch", "length")]);
    }

    /// <summary>No open extent, an input that nothing depends on, and other element types.</summary>
    [CompiledModel("Mixture", VectorBits = [128, 512])]
    public static CompiledModel Mixture() => CompiledModel.Compile(new Identity(), x => new()
    {
        ["sum"] = x["left"] + x["right"].To(DType.Float64),
        ["is larger"] = x["left"] > 0.5,
    }, [TensorSpec.Of<double>("left", 3, 4), TensorSpec.Of<int>("right", 4), TensorSpec.Of<float>("unused", 2)]);

    /// <summary>The tagger as a file.</summary>
    [CompiledModel("tagging", AsArtifact = true, Bindings = ["batch=1, length=7"])]
    public static CompiledModel TaggerFile() => Tagger();

    /// <summary>A step of training as a file.</summary>
    [CompiledModel("lesson")]
    public static Training Lesson() =>
        Training.Compile(new Sequential(new Linear(6, 8), new Dropout(0.25), new ReLU(), new Linear(8, 3)), Losses.CrossEntropy, new AdamW(), BatchSpec.Of(8, 6));

    /// <summary>A module that is marked itself.</summary>
    [CompiledModel("Perceptron", InputShape = [3, 5], Bindings = ["batch=1", "batch=3"])]
    internal sealed class Network : Module
    {
        private readonly Linear _first = new(15, 33);
        private readonly BatchNorm1d _norm = new(33);
        private readonly Linear _last = new(33, 2);

        public override Tensor Forward(Tensor input) => _last.Forward(_norm.Forward(_first.Forward(input.Flatten(1))).Gelu());
    }
}
