using GraphForge.Runtime.Device;
using ILGPU.Runtime;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Events of the driver, recorded between launches.</summary>
internal sealed class IlgpuTimer(AcceleratorStream stream) : DeviceTimer
{
    private readonly List<ProfilingMarker> _marks = [];

    public override void Mark() => _marks.Add(stream.AddProfilingMarker());

    public override TimeSpan After(int index)
    {
        _marks[index + 1].Synchronize();
        return _marks[index + 1].MeasureFrom(_marks[index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _marks.ForEach(mark => mark.Dispose());
    }
}
