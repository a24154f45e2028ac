using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>What all sections of a program share.</summary>
/// <param name="States">The slots, as plans number them.</param>
/// <param name="Definitions">The program's work.</param>
/// <param name="Kernels">Which kernel does which work.</param>
/// <param name="Loops">The distinct kernels, scheduled.</param>
internal sealed record ProgramParts(
    IReadOnlyList<StateSlot> States, KernelDefinitions Definitions, SharedKernels Kernels, IReadOnlyList<LoopKernel> Loops)
{
    private readonly Dictionary<StateSlot, int> _numbers = States.Index().ToDictionary(s => s.Item, s => s.Index);

    public int NumberOf(StateSlot slot) => _numbers[slot];
}
