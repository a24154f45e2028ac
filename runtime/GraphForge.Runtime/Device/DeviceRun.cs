using System.Runtime.InteropServices;

namespace GraphForge.Runtime.Device;

/// <summary>A device held for a run of a program, until it is disposed.</summary>
public readonly struct DeviceRun : IDisposable
{
    private readonly DeviceProgram _program;

    internal DeviceRun(DeviceProgram program) => _program = program;

    /// <summary>Copies the value of an input to the device, for one run: what a run no longer needs gives its memory to other values.</summary>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public void SetInput<T>(int index, ReadOnlySpan<T> values) where T : unmanaged => _program.SetInput(index, MemoryMarshal.AsBytes(values));

    /// <summary>Starts the program. Every input was set before, or staged. Who reads an output, or a state, waits for the run.</summary>
    public void Run() => _program.Run();

    /// <summary>
    /// Runs the program and fills <paramref name="ticks"/>, one element a step of the plan, with the time the device took for it, all
    /// iterations together, in units of 1 / <see cref="System.Diagnostics.Stopwatch.Frequency"/> seconds.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="ticks"/> has not one element a step.</exception>
    public void Profile(Span<long> ticks) => _program.Profile(ticks);

    /// <summary>Waits for the run, and copies an output.</summary>
    /// <exception cref="DeviceException">A kernel failed.</exception>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public void GetOutput<T>(int index, Span<T> values) where T : unmanaged => _program.GetOutput(index, MemoryMarshal.AsBytes(values));

    /// <summary>Waits for the run; bytes of an output, until this is disposed.</summary>
    /// <exception cref="DeviceException">A kernel failed.</exception>
    public ReadOnlySpan<byte> OutputBytes(int index) => _program.OutputBytes(index);

    /// <summary>Whether all inputs were staged, and none need be set.</summary>
    internal bool HasStaged => _program.HasStaged;

    public void Dispose() => _program.Return();
}
