using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule;

/// <summary>The work of a program, parted in what every run does and what is done once.</summary>
/// <param name="Once">Reads nothing but constants, states, and results of its own.</param>
/// <param name="Values">What runs read of it; none is an output.</param>
/// <param name="EachRun">All other work.</param>
internal sealed record PreparedWork(IReadOnlyList<PlannedWork> Once, IReadOnlyList<LoopBuffer> Values, IReadOnlyList<PlannedWork> EachRun)
{
    /// <summary>Everything in each run.</summary>
    public static PreparedWork None(KernelDefinitions definitions) => new([], [], definitions.Work);

    /// <summary>
    /// Results of the same states are the same in every run, so that transforming weights in each is a waste. A kernel is the
    /// unit: what fusion left to one of its own is stored anyway, so keeping it never reads more memory than computing it; and
    /// what is cheap enough to be computed where it is read stays there. A program that changes states prepares nothing: it would
    /// have to look in every run what has changed, and has mostly numbers to save, such as products of learning rates.
    /// </summary>
    /// <param name="graph">The program.</param>
    /// <param name="definitions">Its work.</param>
    /// <param name="apart">Nodes that stand in kernels of their own to need less memory in each run: keeping them would need more.</param>
    public static PreparedWork Of(ComputationGraph graph, KernelDefinitions definitions, IReadOnlySet<Node> apart)
    {
        if (graph.Updates.Count > 0) return None(definitions);
        var program = definitions.Program;
        var outputs = graph.Outputs.Select(o => program.Of(o.Value)).ToHashSet();
        var once = new List<PlannedWork>();
        var known = new HashSet<LoopBuffer>();
        // In dependency order, so one pass finds all.
        foreach (var work in definitions.Work)
        {
            if (!work.Reads.All(IsKnown) || work.Writes.Any(outputs.Contains) || IsApart(work)) continue;
            once.Add(work);
            known.UnionWith(work.Writes);
        }
        var eachRun = definitions.Work.Except(once).ToArray();
        return new PreparedWork(once, eachRun.SelectMany(w => w.Reads).Where(known.Contains).Distinct().ToArray(), eachRun);

        bool IsApart(PlannedWork work) => work is PlannedKernel kernel && kernel.Nodes.Any(apart.Contains);

        bool IsKnown(LoopBuffer buffer) =>
            known.Contains(buffer) || program.SlotOf(buffer) is not null || program.NodeOf(buffer)?.Op is Constant;
    }
}
