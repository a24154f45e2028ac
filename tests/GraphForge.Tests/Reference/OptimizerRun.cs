using System.Text.Json;
using System.Text.Json.Serialization;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Reference;

/// <summary>Ten steps of an optimizer; several parameters stand one after another, each flattened.</summary>
/// <param name="Name">Optimizer and what is tried.</param>
/// <param name="Optimizer">The class in torch.optim.</param>
/// <param name="Arguments">Its settings.</param>
/// <param name="Handling">What else happens to gradients and parameters.</param>
/// <param name="Dims">Extents of each parameter.</param>
/// <param name="Parameters">Initial values.</param>
/// <param name="Gradients">Those of each step.</param>
/// <param name="Steps">The parameters after each step.</param>
/// <param name="Averages">Their running means after each step; null without.</param>
/// <param name="Norms">The gradients' norm at each step; null without clipping by norm.</param>
public sealed record OptimizerRun(
    string Name, string Optimizer, Dictionary<string, JsonElement> Arguments, GradientHandling Handling, long[][] Dims,
    float[] Parameters, float[][] Gradients, Trajectory Steps, Trajectory? Averages, Trajectory? Norms)
{
    public Optimization Create() => new(RecordedOptimizer.Create(Optimizer, Arguments))
    {
        Groups = [.. (Handling.Groups ?? []).Select(group => new ParameterGroup(
            p => p.Name == $"values.{group.Key}", RecordedOptimizer.Create(Optimizer, Overridden(group.Value))))],
        Clip = Handling.Clip?.Create(),
        AccumulateSteps = Handling.Accumulate ?? 1,
        SkipNonFinite = Handling.Skip,
        Average = Handling.Average is { } average ? new WeightAverage(average.Decay, average.WarmUp) : null,
    };

    public override string ToString() => Name;

    private Dictionary<string, JsonElement> Overridden(Dictionary<string, JsonElement> others) =>
        others.Concat(Arguments.Where(a => !others.ContainsKey(a.Key))).ToDictionary();
}

/// <summary>What happens to gradients before, and to parameters after the optimizer.</summary>
public sealed record GradientHandling(
    Dictionary<string, Dictionary<string, JsonElement>>? Groups, RecordedClip? Clip, int? Accumulate, bool Skip, RecordedAverage? Average);

/// <summary>Settings of clip_grad_norm_, or with a value, of clip_grad_value_.</summary>
public sealed record RecordedClip(
    double? Value, [property: JsonPropertyName("max_norm")] double MaxNorm, [property: JsonPropertyName("norm_type")] double NormType = 2)
{
    public GradientClip Create() => Value is { } value ? GradientClip.ByValue(value) : GradientClip.ByNorm(MaxNorm, NormType);
}

/// <summary>Settings of a running mean.</summary>
public sealed record RecordedAverage(double Decay, [property: JsonPropertyName("warm_up")] bool WarmUp);

/// <summary>What PyTorch had after each step.</summary>
/// <param name="Values">In float32.</param>
/// <param name="Truth">In float64.</param>
public sealed record Trajectory(double[][] Values, double[][] Truth)
{
    public RecordedTensor At(int step) => new("float32", [Values[step].Length], Values[step], Truth[step], null);
}
