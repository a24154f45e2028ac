using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Running reductions, and recurrences written as scans, against PyTorch's loops.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedScanTests : RecordedFamilyTests<RecordedScanTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("scan", new Dictionary<string, FamilyFunction>
    {
        ["cumsum"] = (x, a) => x[0].CumSum(a.Integer("dim")),
        ["cumprod"] = (x, a) => x[0].CumProd(a.Integer("dim")),
        ["cummax"] = (x, a) => x[0].CumMax(a.Integer("dim")).Values,
        ["cummax indices"] = (x, a) => x[0].CumMax(a.Integer("dim")).Indices,
        ["cummin"] = (x, a) => x[0].CumMin(a.Integer("dim")).Values,
        ["cummin indices"] = (x, a) => x[0].CumMin(a.Integer("dim")).Indices,
        ["logcumsumexp"] = (x, a) => x[0].LogCumSumExp(a.Integer("dim")),
        ["rnn"] = (x, a) => Rnn(x, a.Flag("reverse", false)),
        ["gru"] = (x, _) => Gru(x),
        ["state space"] = (x, _) => StateSpace(x),
        ["linear recurrence"] = (x, _) => LinearRecurrence(x),
    });

    private static Tensor Rnn(Tensor[] x, bool reverse)
    {
        var (hidden, outputs) = Functional.Scan(x[0], x[1], (before, input) =>
        {
            var next = (input + Functional.Linear(before, x[2], x[3])).Tanh();
            return (next, next);
        }, reverse);
        return Tensor.Cat([hidden.Flatten(), outputs.Flatten()]);
    }

    private static Tensor Gru(Tensor[] x) => Functional.Scan(x[0], x[1], (before, input) =>
    {
        var recurrent = Functional.Linear(before, x[2], x[3]).Chunk(3, -1);
        var given = input.Chunk(3, -1);
        var (reset, update) = ((given[0] + recurrent[0]).Sigmoid(), (given[1] + recurrent[1]).Sigmoid());
        var next = (1 - update) * (given[2] + reset * recurrent[2]).Tanh() + update * before;
        return (next, next);
    }).Outputs;

    private static Tensor StateSpace(Tensor[] x) => Functional.Scan([x[0]], [x[1], x[2], x[3]], (before, step) =>
    {
        var state = step[0] * before[0] + step[1];
        return ([state], [(state * step[2]).Sum(-1)]);
    }).Outputs[0];

    /// <summary>(a₁, b₁)∘(a₂, b₂) = (a₁·a₂, a₂·b₁ + b₂).</summary>
    private static Tensor LinearRecurrence(Tensor[] x) =>
        Functional.AssociativeScan((l, r) => [l[0] * r[0], r[0] * l[1] + r[1]], [x[0], x[1]], dim: -1)[1];
}
