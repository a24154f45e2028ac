namespace GraphForge.Runtime.Artifacts;

/// <summary>Whether a plan is the one its manifest describes.</summary>
internal static class PlanChecks
{
    /// <exception cref="ArtifactException">It is not.</exception>
    public static void Verify(ExecutionPlan plan, ArtifactFunction function, ArtifactBinding binding, ProgramVariant variant, ArtifactFile file)
    {
        foreach (var buffer in plan.Buffers)
        {
            var fault = buffer.Kind switch
            {
                BufferKind.Input => Fault(buffer, function.Inputs, binding),
                BufferKind.Output => Fault(buffer, function.Outputs, binding),
                BufferKind.State => Fault(buffer, variant, file.Manifest),
                _ => null,
            };
            if (fault is not null) throw file.Memory.Malformed($"'{variant.Plan}' does not fit the manifest: {fault}.");
        }
        if (plan.Buffers.Count(b => b.Kind == BufferKind.Output) != function.Outputs.Count)
            throw file.Memory.Malformed($"'{variant.Plan}' lacks an output of '{function.Name}'.");
        VerifyArguments(plan, variant, file);
        if (plan.Preparation is not { } preparation) return;
        foreach (var buffer in preparation.Buffers.Where(b => b.Kind == BufferKind.State))
            if (Fault(buffer, variant, file.Manifest) is { } fault) throw file.Memory.Malformed($"the preparation in '{variant.Plan}' does not fit the manifest: {fault}.");
        VerifyArguments(preparation, variant, file);
    }

    private static string? Fault(PlanBuffer buffer, IReadOnlyList<ArtifactTensor> signature, ArtifactBinding binding)
    {
        if (signature.FirstOrDefault(t => t.Name == buffer.Name) is not { } tensor) return $"there is no '{buffer.Name}'";
        var fits = tensor.DType == buffer.Type && tensor.Dims.Count == buffer.Dims.Count;
        for (var axis = 0; fits && axis < buffer.Dims.Count; axis++)
        {
            var dim = tensor.Dims[axis];
            var extent = dim.Extent ?? (binding.Extents.TryGetValue(dim.Text, out var bound) ? bound : null);
            // An expression of symbols, which only outputs have, is for people.
            fits = extent is null || extent == buffer.Dims[axis];
        }
        return fits ? null : $"{tensor} is {TensorLayout.Describe(buffer.Type, buffer.Dims)} there";
    }

    private static string? Fault(PlanBuffer buffer, ProgramVariant variant, ArtifactManifest manifest)
    {
        if (buffer.Offset >= variant.States.Count) return $"there is no state {buffer.Offset}";
        var state = manifest.States[variant.States[(int)buffer.Offset]];
        return state.DType == buffer.Type && state.Dims.SequenceEqual(buffer.Dims) ? null : $"the state {state} is {TensorLayout.Describe(buffer.Type, buffer.Dims)} there";
    }

    private static void VerifyArguments(ExecutionPlan plan, ProgramVariant variant, ArtifactFile file)
    {
        if (variant.Arguments.Count != plan.KernelNames.Count)
            throw file.Memory.Malformed($"'{variant.Plan}' has {plan.KernelNames.Count} kernels where the manifest counts the arguments of {variant.Arguments.Count}.");
        foreach (var step in plan.Steps.Where(s => s.Kernel != PlanStep.Transfer))
            if (step.Buffers.Count != variant.Arguments[step.Kernel])
                throw file.Memory.Malformed($"'{variant.Plan}' hands {step.Buffers.Count} buffers to the kernel '{plan.KernelNames[step.Kernel]}', which takes {variant.Arguments[step.Kernel]}.");
    }
}
