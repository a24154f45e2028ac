namespace GraphForge.Bench.Peers;

/// <summary>Something that every side does and that is timed.</summary>
/// <param name="Name">Its kind and its name or size, such as <c>step-mlp</c>.</param>
public abstract record Work(string Name)
{
    /// <summary>Whether it is a graph without training, which ONNX can hold.</summary>
    public abstract bool IsInference { get; }

    /// <summary>Seconds that nothing can beat by much.</summary>
    public abstract double Floor(MachineLimits limits);

    /// <summary>Makes GraphForge's side of it.</summary>
    /// <param name="given">Weights, inputs and the results of PyTorch, which are compared; null for made-up ones.</param>
    /// <param name="options">How it is compiled, and where it runs.</param>
    /// <exception cref="BenchmarkException">The results differ.</exception>
    public abstract PreparedRun Prepare(WorkCase? given, CompileOptions options);

    /// <summary>Whether a word of the command line asks for it: the name, or a part of it such as <c>step</c> or <c>mlp</c>.</summary>
    public bool Answers(string word) => Name == word || Name.Split('-').Contains(word);
}
