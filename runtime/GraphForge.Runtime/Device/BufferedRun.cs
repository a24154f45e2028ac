namespace GraphForge.Runtime.Device;

/// <summary>Inputs and outputs of a device's runs in the process's memory, so that the device is held only while it works.</summary>
/// <param name="program">What runs.</param>
/// <param name="inputs">Its inputs.</param>
/// <param name="outputs">Its outputs.</param>
internal sealed class BufferedRun(DeviceProgram program, IEnumerable<PlanBuffer> inputs, IEnumerable<PlanBuffer> outputs) : IProgramRun
{
    private readonly byte[][] _inputs = [.. inputs.Select(b => new byte[TensorLayout.SpanLength(b.Name, b.Bytes)])];
    private readonly byte[][] _outputs = [.. outputs.Select(b => new byte[TensorLayout.SpanLength(b.Name, b.Bytes)])];

    public Span<byte> InputBytes(int index) => _inputs[index];

    public void Run()
    {
        using var run = program.Rent();
        for (var i = 0; i < _inputs.Length; i++) run.SetInput<byte>(i, _inputs[i]);
        run.Run();
        for (var i = 0; i < _outputs.Length; i++) run.GetOutput<byte>(i, _outputs[i]);
    }

    public ReadOnlySpan<byte> OutputBytes(int index) => _outputs[index];
}
