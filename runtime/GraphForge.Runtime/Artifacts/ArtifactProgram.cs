using GraphForge.Runtime.Device;
using Microsoft.Extensions.ObjectPool;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// A function of an artifact for one choice of extents, ready to run; safe to use from several threads, of which each rents a
/// run of its own. Runs that change states must follow each other.
/// </summary>
/// <example><code>
/// using var run = program.Rent();
/// run.Set&lt;float&gt;("input", image);
/// run.Run();
/// run.Get&lt;float&gt;("output", scores);
/// </code></example>
public sealed class ArtifactProgram
{
    private readonly DefaultObjectPool<ArtifactRun> _runs;

    /// <param name="function">What it computes.</param>
    /// <param name="binding">For which extents.</param>
    /// <param name="program">A <see cref="CompiledProgram"/> or a <see cref="DeviceProgram"/>.</param>
    /// <param name="states">The artifact's.</param>
    /// <param name="artifact">What errors call the artifact.</param>
    internal ArtifactProgram(ArtifactFunction function, ArtifactBinding binding, IProgram program, ArtifactStates states, string artifact)
    {
        (Function, Binding, Runnable, States, Artifact) = (function, binding, program, states, artifact);
        Inputs = [.. function.Inputs.Select(Bound)];
        Outputs = [.. function.Outputs.Select(o => o with { Dims = [.. program.OutputBuffer(program.FindOutput(o.Name)).Dims.Select(d => (ArtifactDim)d)] })];
        _runs = new DefaultObjectPool<ArtifactRun>(new RunPolicy(this));
    }

    /// <summary>What it computes.</summary>
    public ArtifactFunction Function { get; }

    /// <summary>The extents it was compiled for.</summary>
    public ArtifactBinding Binding { get; }

    /// <summary>Width of the vector registers its kernels use; 0 on a device.</summary>
    public int VectorBits { get; internal init; }

    /// <summary>What a run takes, with all extents known.</summary>
    public IReadOnlyList<ArtifactTensor> Inputs { get; }

    /// <summary>What a run gives, with all extents known.</summary>
    public IReadOnlyList<ArtifactTensor> Outputs { get; }

    /// <summary>The plan with its kernels; null on a device.</summary>
    public CompiledProgram? Program => Runnable as CompiledProgram;

    /// <summary>The program and its plan on a device; null where it runs on the processor.</summary>
    public DeviceProgram? DeviceProgram => Runnable as DeviceProgram;

    internal IProgram Runnable { get; }

    internal ArtifactStates States { get; }

    internal string Artifact { get; }

    /// <summary>Memory for one run at a time, from a pool or new. Disposing it gives it back.</summary>
    public ArtifactRun Rent()
    {
        var run = _runs.Get();
        run.Begin();
        return run;
    }

    internal void Return(ArtifactRun run) => _runs.Return(run);

    private ArtifactTensor Bound(ArtifactTensor tensor) =>
        tensor with { Dims = [.. tensor.Dims.Select(d => (ArtifactDim)(d.Extent ?? Binding.Extents[d.Text]))] };

    private sealed class RunPolicy(ArtifactProgram program) : PooledObjectPolicy<ArtifactRun>
    {
        public override ArtifactRun Create() => new(program);

        public override bool Return(ArtifactRun obj) => true;
    }
}
