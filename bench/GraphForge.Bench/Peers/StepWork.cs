using GraphForge.Bench.Workloads;

namespace GraphForge.Bench.Peers;

/// <summary>A training step of a model: forward, backward and optimizer, inputs copied in.</summary>
public sealed record StepWork(Workload Workload) : Work($"step-{Workload.Name}")
{
    public override bool IsInference => false;

    /// <summary>Each product is done three times; those of the input have no gradient to hand on.</summary>
    public override double Floor(MachineLimits limits) =>
        2.0 * Workload.Batch * (3 * Workload.MultiplyAdds - Workload.InputMultiplyAdds) / limits.Flops;

    public override PreparedRun Prepare(WorkCase? given, CompileOptions options)
    {
        var model = Workload.Model();
        given?.LoadInto(model);
        var training = Workload.CompileTraining(model, options);
        NamedArray[] data = given is null ? Workload.Data(Workload.Batch) : [given.Input(Workload.Input), given.Input(Workload.Target)];
        if (given?.Floats("losses") is { } losses)
            Agreement.Require($"{Name}: the loss of the first steps", [.. losses.Select(_ => training.Step(data).Loss)], losses, Agreement.OfLosses);
        return new PreparedRun(() => training.Step(data), training);
    }
}
