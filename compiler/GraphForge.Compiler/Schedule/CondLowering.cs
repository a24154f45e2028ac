using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>Two bodies that fill the same buffers, each run at most once.</summary>
internal sealed class CondLowering(KernelDefinitions kernels, FusionGroup group, FusionPlan plan, NodeStorage outside)
    : LoopLowering(kernels, group, plan, outside)
{
    public override PlannedWork Lower()
    {
        var cond = (Cond)Group.Members[0].Op;
        var flag = Reserve("condition", Operands[0].Type);
        var results = cond.Then.Roots.Select((_, i) => ResultBuffer(op => ((Cond)op).Result == i)).ToArray();
        var before = Prepare([(Operands[0].Shape, flag, IndexExpr.Zero, linear => ReadLinear(0, linear))]);
        return Loop(before, [Branch(cond.Then, true), Branch(cond.Else, false)], results.OfType<LoopBuffer>().Append(flag), b => b);

        LoopPart Branch(Subgraph body, bool wanted)
        {
            var storage = StorageOf(new LoopVar($"branch{Depth}", 1), (parameter, index) => Read(parameter + 1, index));
            var work = LowerBody(body, storage, (i, node) =>
            {
                if (results[i] is { } buffer) storage.Place(node, buffer, 0);
            });
            return new LoopPart(work, storage, 1) { Condition = (flag, wanted) };
        }
    }
}
