using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>The family element_choice: elements that data chooses one by one.</summary>
internal static class ElementChoiceOperations
{
    public static IEnumerable<CaseOperation> All =>
    [
        new("gather elements", (x, a) => x[0].GatherElements(a.Axis, x[1])),
        new("scatter elements", (x, a) => x[0].ScatterElements(a.Axis, x[1], a.Integer("length"), a.Text("function") switch
        {
            "sum" => ReduceFunction.Sum,
            "amax" => ReduceFunction.Maximum,
            _ => ReduceFunction.Minimum,
        })),
        new("argsort", (x, a) => x[0].ArgSort(a.Axis, a.Flag("descending", false))),
    ];
}
