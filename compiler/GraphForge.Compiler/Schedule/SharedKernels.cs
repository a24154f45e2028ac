using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Kernels that do the same work over other buffers, as those of equal layers do: scheduled, emitted and compiled once, and
/// called by a step each.
/// </summary>
public sealed class SharedKernels
{
    private readonly Dictionary<PlannedKernel, int> _numbers = new(ReferenceEqualityComparer.Instance);

    private SharedKernels(IReadOnlyList<PlannedKernel> kernels)
    {
        var known = new Dictionary<(GroupKind, string), List<PlannedKernel>>();
        var uses = new List<List<PlannedKernel>>();
        foreach (var kernel in kernels)
        {
            var key = (kernel.Kind, KernelSignature.Of(kernel.Definition));
            if (!known.TryGetValue(key, out var same))
            {
                known[key] = same = [];
                uses.Add(same);
            }
            same.Add(kernel);
        }
        foreach (var (number, same) in uses.Index())
            foreach (var kernel in same) _numbers[kernel] = number;
        Distinct = uses.Select(same => same[0] with { Definition = Shared(same) }).ToArray();
    }

    /// <summary>One kernel of each kind, in the order of their first uses, with the places of all uses in its header.</summary>
    public IReadOnlyList<PlannedKernel> Distinct { get; }

    public static SharedKernels Of(IReadOnlyList<PlannedKernel> kernels) => new(kernels);

    /// <summary>Which of <see cref="Distinct"/> does the work of a kernel.</summary>
    public int NumberOf(PlannedKernel kernel) => _numbers[kernel];

    private static KernelDefinition Shared(List<PlannedKernel> same) => same.Count == 1
        ? same[0].Definition
        : same[0].Definition with { Summary = KernelSummary.OfShared(same.Select(k => k.Definition).ToArray()) };
}
