namespace GraphForge.Runtime.Device;

/// <summary>
/// The inputs of a program's next run, copied to the device while this run is at work. There is room for two runs: the one that is read
/// from, at the start of a run, and the one that is written. Whoever gives inputs has waited for the run before the present one.
/// </summary>
/// <param name="device">Where they go.</param>
/// <param name="inputs">The program's inputs.</param>
internal sealed class StagedInputs(ComputeDevice device, IReadOnlyList<PlanBuffer> inputs)
{
    private readonly long[] _offsets = OffsetsOf(inputs);
    private readonly DeviceUpload?[] _uploads = new DeviceUpload?[2];
    private readonly bool[] _isGiven = new bool[inputs.Count];
    private int _slot;
    private int _given;

    /// <summary>Whether every input was given for the next run.</summary>
    public bool IsWhole => _given == inputs.Count;

    /// <summary>
    /// The inputs that are copied ahead: all of a program that is run over one batch after another, which is training, and none where they are
    /// more than an upload takes.
    /// </summary>
    public static IReadOnlyList<PlanBuffer> Of(ExecutionPlan plan)
    {
        PlanBuffer[] inputs = [.. plan.Buffers.Where(b => b.Kind == BufferKind.Input)];
        var isTraining = plan.Steps.SelectMany(s => s.Writes).Any(b => plan.Buffers[b].Kind == BufferKind.State);
        return isTraining && OffsetsOf(inputs)[^1] is > 0 and <= int.MaxValue ? inputs : [];
    }

    /// <summary>Room in the device's memory.</summary>
    public static long Bytes(IReadOnlyList<PlanBuffer> inputs) => 2 * OffsetsOf(inputs)[^1];

    /// <summary>Takes an input; with the last of them the copy begins.</summary>
    /// <param name="index">The input.</param>
    /// <param name="bytes">As many as it has.</param>
    /// <param name="start">Byte offset of the room in the block.</param>
    public void Give(int index, ReadOnlySpan<byte> bytes, long start)
    {
        var upload = _uploads[_slot] ??= device.CreateUpload(_offsets[^1]);
        // One that was begun for a run that never came.
        if (_given == 0) upload.Finish();
        bytes.CopyTo(upload.Bytes[(int)_offsets[index]..]);
        if (!_isGiven[index]) _given++;
        _isGiven[index] = true;
        if (IsWhole) upload.Start(device.Memory.Block, SlotAt(start));
    }

    /// <summary>Before a run: puts inputs that were all given where the program reads them; without, each is set by itself.</summary>
    /// <param name="start">Byte offset of the room in the block.</param>
    /// <param name="places">Byte offset of each input.</param>
    public void Take(long start, ReadOnlySpan<long> places)
    {
        if (IsWhole)
        {
            _uploads[_slot]!.Finish();
            for (var i = 0; i < inputs.Count; i++)
                if (inputs[i].Bytes > 0) device.Memory.Block.Copy(SlotAt(start) + _offsets[i], places[i], inputs[i].Bytes);
            _slot = 1 - _slot;
        }
        Forget();
    }

    /// <summary>What was given is not used.</summary>
    public void Forget()
    {
        _given = 0;
        Array.Clear(_isGiven);
    }

    private long SlotAt(long start) => start + _slot * _offsets[^1];

    /// <summary>Of each input within a slot, and the size of a slot.</summary>
    private static long[] OffsetsOf(IReadOnlyList<PlanBuffer> inputs)
    {
        var offsets = new long[inputs.Count + 1];
        for (var i = 0; i < inputs.Count; i++) offsets[i + 1] = offsets[i] + DeviceLayout.Aligned(inputs[i].Bytes);
        return offsets;
    }
}
