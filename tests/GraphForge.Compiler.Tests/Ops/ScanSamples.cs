using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Scans of every form: several carries, either direction, captured values, nested, no and one step, gradients inside.</summary>
internal static class ScanSamples
{
    public static IReadOnlyList<OpSample> All { get; } =
    [
        new("scan of a running sum", n => Outputs([n[0]], [n[1]], (c, x) => ([c[0] + x[0]], [c[0] * x[0]])), Float(3), Float(5, 3)),
        new("scan to its last carry", n => Nodes.Scan([n[0]], [n[1]], (c, x) => ([(c[0] * 0.5 + x[0]).Tanh()], [])).Carries[0], Float(3), Float(5, 3)),
        new("scan whose output is its carry", n => Outputs([n[0]], [n[1]], Recurrence), Float(2, 3), Float(4, 2, 3)),
        new("scan in reverse", n => Outputs([n[0]], [n[1]], (c, x) => ([c[0] * x[0]], [c[0] - x[0]]), reverse: true), Float(3), Float(5, 3)),
        new("scan in reverse whose output is its carry", n => Outputs([n[0]], [n[1]], Recurrence, reverse: true), Float(3), Float(4, 3)),
        new("scan of no step", n => Everything(Nodes.Scan([n[0]], [n[1]], Recurrence)), Float(3), Float(0, 3)),
        new("scan of one step", n => Everything(Nodes.Scan([n[0]], [n[1]], Recurrence)), Float(3), Float(1, 3)),
        new("scan of two carries", n => Everything(Nodes.Scan([n[0], n[1]], [n[2], n[3]], Lstm)), Float(3), Float(3), Float(4, 3), Float(4, 3)),
        new("scan of scalars", n => Outputs([n[0]], [n[1]], (c, x) => ([c[0] * x[0]], [c[0].Sin()])), Float(), Float(6)),
        new("scan without stacked inputs", n => Everything(Nodes.Scan([n[0]], [], (c, _) => ([c[0].Sin()], [c[0] * 2]), length: 5)), Float(4)),
        new("scan without carries", n => Outputs([], [n[0]], (_, x) => ([], [x[0].Softmax(-1)])), Float(3, 2, 4)),
        new("scan with captured values", n => Everything(Nodes.Scan([n[0]], [n[1]], (c, x) => Same(c[0] * n[2].Exp() + x[0]))), Float(2, 3), Float(4, 2, 3), Float(3)),
        new("scan with a matrix", n => Everything(Nodes.Scan([n[0]], [n[1]], (c, x) => Same((Nodes.MatMul(c[0], n[2]) + x[0]).Tanh()))), Float(2, 3), Float(4, 2, 3), Float(3, 3)),
        new("scan with a transposed matrix in reverse", n => Everything(Nodes.Scan([n[0]], [n[1]],
            (c, x) => Same((Nodes.MatMul(c[0], n[2].Transpose()) + x[0]).Tanh()), reverse: true)), Float(2, 3), Float(4, 2, 3), Float(3, 3)),
        new("scan of a gated unit", n => Everything(Nodes.Scan([n[0]], [n[1]], (c, x) => Gru(c[0], x[0], n[2], n[3]))), Float(2, 3), Float(4, 2, 9), Float(3, 9), Float(9)),
        new("scan of a selective state space", n => Outputs([n[0]], [n[1], n[2], n[3]], (c, x) => StateSpace(c[0], x[0], x[1], x[2])),
            Float(4, 3), Float(5, 4, 3), Float(5, 4, 3), Float(5, 3)),
        new("scan with a row reduction", n => Outputs([n[0]], [n[1]], (c, x) => ([c[0].Softmax(-1) + x[0]], [c[0].Mean(-1)])), Float(2, 5), Float(4, 2, 5)),
        new("scan with a column sum", n => Outputs([n[0]], [n[1]], (c, x) => ([x[0] * c[0].Sum(0)], [c[0].Sum(0)])), Float(2, 3), Float(4, 2, 3)),
        new("scan of permuted inputs", n => Outputs([n[0].Transpose()], [n[1].Transpose(0, 1)], Recurrence), Float(3, 2), Float(2, 4, 3)),
        new("scan of sliced and padded inputs", n => Outputs([n[0].Slice(0, 1, 3)], [n[1].Pad(0, 1, 1).Slice(1, 0, 3)], Recurrence), Float(5), Float(3, 5)),
        new("scan of integers", n => Everything(Nodes.Scan([n[0]], [n[1]], (c, x) => ([c[0] + x[0]], [c[0] * x[0]]))),
            new(DType.Int64, -9, 9, 3), new(DType.Int64, -9, 9, 5, 3)),
        new("scan that swaps its carries", n => Everything(Nodes.Scan([n[0], n[1]], [], (c, _) => ([c[1], c[0] * 0.5], []), length: 3)), Float(3), Float(3)),
        new("scan that keeps a carry", n => Everything(Nodes.Scan([n[0], n[1]], [n[2]], (c, x) => ([c[0], c[1] + c[0] * x[0]], [c[0]]))), Float(3), Float(3), Float(4, 3)),
        new("scan in a scan", n => Everything(Nodes.Scan([n[0]], [n[1]], (c, x) => Inner(c[0], x[0], n[2]))), Float(2), Float(3, 4, 2), Float(2)),
        new("scan of a scan's results", n => Outputs([n[0]], [Outputs([n[0]], [n[1]], Recurrence)], Recurrence, reverse: true), Float(3), Float(4, 3)),
        new("scan of equal scans", n => Outputs([n[0]], [n[1]], Recurrence) * Outputs([n[0] * 2], [n[1]], Recurrence), Float(3), Float(4, 3)),
        new("scan with a gradient inside", n => Everything(Nodes.Scan([n[0]], [n[1]], (c, x) => Same(
            c[0] - 0.1 * Gradients.Of((c[0] * x[0]).Sin().Sum(), [c[0]])[0]))), Float(3), Float(4, 3)),
        new("scan with conversions", n => Outputs([n[0]], [n[1]], (c, x) =>
            ([c[0] + x[0].Cast(c[0].Type.DType)], [(c[0] * 3).Cast(DType.Int32)])).Cast(DType.Float64), Float(3), new(DType.UInt8, 0, 9, 5, 3)) { HasGradient = false },
        new("scan of long vectors", n => Everything(Nodes.Scan([n[0]], [n[1]], Recurrence)), Float(37), Float(6, 37)),
    ];

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) Recurrence(IReadOnlyList<Node> carries, IReadOnlyList<Node> elements) =>
        Same((carries[0] * 0.7 + elements[0]).Sin());

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) Same(Node next) => ([next], [next]);

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) Lstm(IReadOnlyList<Node> carries, IReadOnlyList<Node> elements)
    {
        var cell = carries[1] * elements[0].Sigmoid() + elements[1].Tanh();
        var hidden = cell.Tanh() * carries[0];
        return ([hidden, cell], [hidden]);
    }

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) Gru(Node hidden, Node input, Node weight, Node bias)
    {
        var size = hidden.Shape[1];
        var recurrent = Nodes.MatMul(hidden, weight) + bias;
        var (reset, update) = ((Part(input, 0) + Part(recurrent, 0)).Sigmoid(), (Part(input, 1) + Part(recurrent, 1)).Sigmoid());
        var candidate = (Part(input, 2) + reset * Part(recurrent, 2)).Tanh();
        return Same((1 - update) * candidate + update * hidden);

        Node Part(Node gates, int i) => gates.Slice(-1, size * i, size);
    }

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) StateSpace(Node state, Node decay, Node input, Node readout)
    {
        var next = decay * state + input;
        return ([next], [(next * readout).Sum(-1)]);
    }

    private static (IReadOnlyList<Node>, IReadOnlyList<Node>) Inner(Node carry, Node rows, Node scale)
    {
        var inner = Nodes.Scan([carry], [rows], (c, x) => ([(c[0] * scale + x[0]).Tanh()], [c[0] * x[0]]));
        return ([inner.Carries[0]], [inner.Outputs[0].Sum(0)]);
    }

    private static Node Outputs(IReadOnlyList<Node> init, IReadOnlyList<Node> stacked, ScanStep step, bool reverse = false) =>
        Nodes.Scan(init, stacked, step, reverse: reverse).Outputs[0];

    /// <summary>Every result of a scan in one vector.</summary>
    private static Node Everything(ScanNodes scan) =>
        Nodes.Concat([.. scan.Carries.Concat(scan.Outputs).Select(r => r.Reshape([r.Shape.Size]))], 0);

    private static SampleOperand Float(params long[] dims) => new(null, -1, 1, dims);
}
