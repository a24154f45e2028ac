using GraphForge.Bench.Workloads;

namespace GraphForge.Bench.Peers;

/// <summary>Inference of one sample, input copied in and output copied out.</summary>
public sealed record InferenceWork(Workload Workload) : Work($"infer-{Workload.Name}")
{
    public override bool IsInference => true;

    public override double Floor(MachineLimits limits) => 2.0 * Workload.MultiplyAdds / limits.Flops;

    public override PreparedRun Prepare(WorkCase? given, CompileOptions options)
    {
        var model = Workload.Model();
        given?.LoadInto(model);
        var compiled = Workload.CompileInference(model, options);
        var scores = Workload.Scores();
        NamedArray[] input = [given?.Input(Workload.Input) ?? Workload.Data(batch: 1)[0]], output = [(Workload.Output, scores)];
        compiled.Run(input, output);
        if (given is not null) Agreement.Require(Name, scores, given.Floats("output"), Agreement.OfOutputs);
        return new PreparedRun(() => compiled.Run(input, output), holder: null);
    }
}
