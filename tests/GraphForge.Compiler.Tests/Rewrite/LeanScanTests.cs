using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

public class LeanScanTests
{
    // Whether numbering the outputs turns the operands of their sum around depends on hashes, so on everything: many lengths.
    [Test]
    public void Scans_whose_outputs_are_added_come_to_rest([Range(1, 48)] int length)
    {
        var (carry, x) = (Nodes.Input("c", DType.Float32, [3]), Nodes.Input("x", DType.Float32, [length, 3]));
        var loop = Nodes.Scan([carry], [x], (c, e) => ([c[0] * 0.5 + e[0]], [c[0] * e[0], c[0].Sin(), e[0].Exp() + c[0]]));
        var (a, b, c) = (loop.Outputs[0], loop.Outputs[1], loop.Outputs[2]);
        var graph = new ComputationGraph("lean", [new NamedOutput("y", (a + b) * (c + a) + b * c)], []);
        var lean = LeanScans.Run(graph);
        Assert.That(LeanScans.Run(lean).Roots, Is.EqualTo(lean.Roots));
    }
}
