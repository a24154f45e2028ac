namespace GraphForge.Runtime;

/// <summary>
/// Checks that a plan is consistent in itself: every buffer lies inside the arena and is aligned, every index is in range,
/// every size follows from its extents. Whether the kernels respect the plan is beyond it.
/// </summary>
public static class PlanVerifier
{
    /// <exception cref="InvalidPlanException">The plan is not consistent; the message names the first fault.</exception>
    public static void Verify(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.ArenaBytes < 0) throw Fault(plan, $"the arena has {plan.ArenaBytes} bytes");
        if (plan.ScratchBytes < 0) throw Fault(plan, $"the scratch has {plan.ScratchBytes} bytes");
        for (var index = 0; index < plan.Buffers.Count; index++) VerifyBuffer(plan, index);
        VerifyNames(plan, BufferKind.Input, "inputs");
        VerifyNames(plan, BufferKind.Output, "outputs");
        VerifyInputsDisjoint(plan);
        var stored = new HashSet<int>();
        for (var index = 0; index < plan.Steps.Count; index++) VerifyStep(plan, index, stored);
        foreach (var loop in plan.Loops) VerifyLoop(plan, loop);
        if (plan.Preparation is { } preparation) VerifyPreparation(plan, preparation);
    }

    private static void VerifyBuffer(ExecutionPlan plan, int index)
    {
        var buffer = plan.Buffers[index];
        if (!Enum.IsDefined(buffer.Kind)) throw Fault(plan, index, $"its kind {(int)buffer.Kind} does not exist");
        if (!Enum.IsDefined(buffer.Type)) throw Fault(plan, index, $"its element type {(int)buffer.Type} does not exist");
        var described = TensorLayout.Describe(buffer.Type, buffer.Dims);
        var bytes = TensorLayout.Bytes(buffer.Type, buffer.Dims)
            ?? throw Fault(plan, index, $"{described} has a negative extent or more than 2^63 - 1 bytes");
        if (buffer.Bytes != bytes) throw Fault(plan, index, $"{described} takes {bytes} bytes, not {buffer.Bytes}");
        VerifyPlace(plan, index, buffer);
    }

    private static void VerifyPlace(ExecutionPlan plan, int index, PlanBuffer buffer)
    {
        if (buffer.Kind == BufferKind.State)
        {
            if (buffer.Offset is < 0 or > int.MaxValue) throw Fault(plan, index, $"state index {buffer.Offset} is out of range");
        }
        else if (buffer.Kind == BufferKind.Constant)
        {
            if (buffer.Offset < 0 || buffer.Offset >= plan.Constants.Count)
                throw Fault(plan, index, $"constant {buffer.Offset} is out of range; there are {plan.Constants.Count}");
            var given = plan.Constants[(int)buffer.Offset].Length;
            if (given != buffer.Bytes)
                throw Fault(plan, index, $"constant {buffer.Offset} has {given} bytes where {buffer.Bytes} are needed");
        }
        else if (buffer.Kind == BufferKind.Prepared)
        {
            VerifyPrepared(plan, index, buffer);
        }
        else if (buffer.Kind == BufferKind.Host)
        {
            VerifyAligned(plan, index, buffer);
            if (buffer.Offset < 0 || buffer.Offset > long.MaxValue - buffer.Bytes) throw Fault(plan, index, $"offset {buffer.Offset} is out of range");
        }
        else
        {
            VerifyAligned(plan, index, buffer);
            VerifyRange(plan, index, buffer);
        }
    }

    private static void VerifyPrepared(ExecutionPlan plan, int index, PlanBuffer buffer)
    {
        var outputs = plan.Preparation?.Buffers.Where(b => b.Kind == BufferKind.Output).ToArray() ?? [];
        if (buffer.Offset < 0 || buffer.Offset >= outputs.Length)
            throw Fault(plan, index, $"prepared value {buffer.Offset} is out of range; there are {outputs.Length}");
        var output = outputs[buffer.Offset];
        if (output.Type != buffer.Type || output.Bytes != buffer.Bytes)
        {
            throw Fault(plan, index, $"it is {TensorLayout.Describe(buffer.Type, buffer.Dims)}, but the preparation's output " +
                $"'{output.Name}' is {TensorLayout.Describe(output.Type, output.Dims)}");
        }
    }

    /// <summary>A preparation may run at any time and any number of times: nothing but its own arena depends on that.</summary>
    private static void VerifyPreparation(ExecutionPlan plan, ExecutionPlan preparation)
    {
        if (preparation.Preparation is not null) throw Fault(plan, "its preparation has a preparation");
        Verify(preparation);
        if (!preparation.KernelNames.SequenceEqual(plan.KernelNames)) throw Fault(plan, "its preparation has other kernels");
        if (preparation.Buffers.FirstOrDefault(b => b.Kind == BufferKind.Input) is { } input)
            throw Fault(plan, $"its preparation has an input '{input.Name}'");
        if (preparation.Buffers.FirstOrDefault(b => b.Kind == BufferKind.Host) is { } host)
            throw Fault(plan, $"its preparation has '{host.Name}' in host memory");
        if (preparation.Steps.SelectMany(s => s.Writes).Select(b => preparation.Buffers[b]).FirstOrDefault(b => !b.InArena) is { } written)
            throw Fault(plan, $"its preparation writes '{written.Name}', which outlives it");
    }

    private static void VerifyAligned(ExecutionPlan plan, int index, PlanBuffer buffer)
    {
        if (buffer.Offset % ExecutionPlan.Alignment != 0)
            throw Fault(plan, index, $"offset {buffer.Offset} is not a multiple of {ExecutionPlan.Alignment}");
    }

    private static void VerifyRange(ExecutionPlan plan, int index, PlanBuffer buffer)
    {
        // Compared by subtraction: offset plus size may overflow.
        if (buffer.Offset < 0 || buffer.Offset > plan.ArenaBytes - buffer.Bytes)
            throw Fault(plan, index, $"{buffer.Bytes} bytes at offset {buffer.Offset} leave the arena of {plan.ArenaBytes} bytes");
    }

    private static void VerifyNames(ExecutionPlan plan, BufferKind kind, string plural)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var buffer in plan.Buffers)
        {
            if (buffer.Kind == kind && !seen.Add(buffer.Name)) throw Fault(plan, $"two {plural} are named '{buffer.Name}'");
        }
    }

    /// <summary>All inputs are filled before the first step, so no two may share bytes.</summary>
    private static void VerifyInputsDisjoint(ExecutionPlan plan)
    {
        PlanBuffer? last = null;
        foreach (var input in plan.Buffers.Where(b => b.Kind == BufferKind.Input && b.Bytes > 0).OrderBy(b => b.Offset))
        {
            if (last is not null && last.Offset + last.Bytes > input.Offset)
                throw Fault(plan, $"inputs '{last.Name}' and '{input.Name}' overlap at offset {input.Offset}");
            last = input;
        }
    }

    /// <param name="plan">The plan.</param>
    /// <param name="index">Of the step.</param>
    /// <param name="stored">Buffers of host memory that steps before it write.</param>
    private static void VerifyStep(ExecutionPlan plan, int index, HashSet<int> stored)
    {
        var step = plan.Steps[index];
        if (step.Kernel != PlanStep.Transfer && (step.Kernel < 0 || step.Kernel >= plan.KernelNames.Count))
            throw Fault(plan, $"step {index}: kernel {step.Kernel} is out of range; there are {plan.KernelNames.Count}");
        var what = $"step {index} ({(step.Kernel == PlanStep.Transfer ? "transfer" : plan.KernelNames[step.Kernel])})";
        if (step.Tasks < 0) throw Fault(plan, $"{what}: it has {step.Tasks} tasks");
        for (var argument = 0; argument < step.Buffers.Count; argument++)
        {
            var buffer = step.Buffers[argument];
            if (buffer < 0 || buffer >= plan.Buffers.Count)
                throw Fault(plan, $"{what}: argument {argument} is buffer {buffer}, out of range; there are {plan.Buffers.Count}");
            if (step.Kernel != PlanStep.Transfer && plan.Buffers[buffer].Kind == BufferKind.Host)
                throw Fault(plan, $"{what}: argument {argument} is buffer {buffer} '{plan.Buffers[buffer].Name}', which is in host memory");
        }

        if (step.Kernel == PlanStep.Transfer) VerifyTransfer(plan, step, stored, what);
        foreach (var buffer in step.Writes)
        {
            if (!step.Buffers.Contains(buffer)) throw Fault(plan, $"{what}: it writes buffer {buffer}, which is not among its arguments");
            if (plan.Buffers[buffer].Kind is BufferKind.Constant or BufferKind.Prepared)
                throw Fault(plan, $"{what}: it writes buffer {buffer} '{plan.Buffers[buffer].Name}', which is read-only");
        }
    }

    /// <summary>What comes back was stored before: host memory holds whatever another program left there.</summary>
    private static void VerifyTransfer(ExecutionPlan plan, PlanStep step, HashSet<int> stored, string what)
    {
        if (step.Buffers is not [var source, var target]) throw Fault(plan, $"{what}: it has {step.Buffers.Count} buffers, not 2");
        var (from, to) = (plan.Buffers[source], plan.Buffers[target]);
        if (!(from.InArena && to.Kind == BufferKind.Host) && !(from.Kind == BufferKind.Host && to.InArena))
            throw Fault(plan, $"{what}: it does not lead from the arena to host memory or back");
        if (from.Bytes != to.Bytes) throw Fault(plan, $"{what}: it copies the {from.Bytes} bytes of '{from.Name}' to the {to.Bytes} of '{to.Name}'");
        if (step.Writes is not [var written] || written != target) throw Fault(plan, $"{what}: it does not say that it writes '{to.Name}'");
        if (to.Kind == BufferKind.Host) stored.Add(target);
        else if (!stored.Contains(source)) throw Fault(plan, $"{what}: nothing was stored in '{from.Name}' before");
    }

    private static void VerifyLoop(ExecutionPlan plan, PlanLoop loop)
    {
        var what = $"the loop over steps {loop.FirstStep}..{loop.End - 1}";
        // Compared by subtraction: the end may overflow.
        if (loop.FirstStep < 0 || loop.StepCount < 1 || loop.StepCount > plan.Steps.Count - loop.FirstStep)
            throw Fault(plan, $"{what} leaves the {plan.Steps.Count} steps");
        if (Enumerable.Range(loop.FirstStep, loop.StepCount).Any(i => plan.Steps[i].Kernel == PlanStep.Transfer)) throw Fault(plan, $"{what} has a transfer to or from host memory");
        if (loop.Iterations < 0) throw Fault(plan, $"{what} has {loop.Iterations} iterations");
        if (!plan.Steps[loop.FirstStep].BarrierBefore) throw Fault(plan, $"{what} has no barrier before its first step");
        foreach (var other in plan.Loops)
            if (!loop.Contains(other) && !other.Contains(loop) && loop.FirstStep < other.End && other.FirstStep < loop.End)
                throw Fault(plan, $"{what} overlaps the one over steps {other.FirstStep}..{other.End - 1}");
        if (loop.Condition is not { Buffer: var flag }) return;
        if (flag < 0 || flag >= plan.Buffers.Count) throw Fault(plan, $"{what} asks buffer {flag}, out of range; there are {plan.Buffers.Count}");
        if (plan.Buffers[flag].Kind == BufferKind.Host) throw Fault(plan, $"{what} asks buffer {flag} '{plan.Buffers[flag].Name}', which is in host memory");
        if (plan.Buffers[flag].Bytes != 1) throw Fault(plan, $"{what} asks buffer {flag} '{plan.Buffers[flag].Name}', which has {plan.Buffers[flag].Bytes} bytes, not 1");
    }

    private static InvalidPlanException Fault(ExecutionPlan plan, int buffer, string fault) =>
        Fault(plan, $"buffer {buffer} '{plan.Buffers[buffer].Name}': {fault}");

    private static InvalidPlanException Fault(ExecutionPlan plan, string fault) => new($"Plan '{plan.Name}': {fault}.");
}
