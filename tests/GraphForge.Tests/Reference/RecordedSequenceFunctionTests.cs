using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>CTC, the selective scan and Mamba against PyTorch, or their definition in it, with gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedSequenceFunctionTests : RecordedFamilyTests<RecordedSequenceFunctionTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("sequence_functions", new Dictionary<string, FamilyFunction>
    {
        ["ctc"] = (x, a) => Functional.CtcLoss(x[0].LogSoftmax(-1), x[1], x[2], x[3], a.Integer("blank", 0),
            Enum.Parse<Reduction>(a.Text("reduction", "mean"), ignoreCase: true), a.Flag("zero_infinity", false)),
        ["mamba"] = Layer(a => new Mamba(
            a.Integer("d_model"), a.Integer("d_state"), a.Integer("d_conv"), a.Integer("expand", 2), a.Integer("dt_rank", 1))),
        ["selective scan"] = (x, _) => Joined(Functional.SelectiveScan(x[0], x[1], x[2], x[3], x[4])),
        ["gated selective scan"] = (x, _) =>
            Joined(Functional.SelectiveScan(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], deltaSoftplus: true)),
    });

    private static Tensor Joined((Tensor Output, Tensor LastState) results) => Flat(results.Output, results.LastState);
}
