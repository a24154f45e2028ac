using Microsoft.Extensions.ObjectPool;

namespace GraphForge.Runtime;

/// <summary>How a program's pool makes contexts; what comes back is kept as it is, since every run sets all its inputs.</summary>
internal sealed class ContextPolicy(CompiledProgram program) : PooledObjectPolicy<RunContext>
{
    public override RunContext Create() => new(program);

    public override bool Return(RunContext obj) => true;
}
