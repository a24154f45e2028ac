using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using static ILGPU.Runtime.Cuda.CudaAPI;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>A stream for copies beside kernels, which are launched in another. Events of the driver order the two.</summary>
internal sealed unsafe class CudaCopies : IDisposable
{
    /// <summary>Copies whose end can be waited for one by one. A wait for an older one is a wait for a later one, which is enough.</summary>
    private const int Events = 64;

    /// <summary>The driver's cuStreamWaitEvent, which ILGPU does not call: stream, event, flags.</summary>
    private readonly delegate* unmanaged<nint, nint, uint, CudaError> _streamWaitEvent;

    private readonly CudaAccelerator _accelerator;
    private readonly CudaStream _stream;
    private readonly nint _launched;
    private readonly nint[] _ended = new nint[Events];
    private long _count;

    /// <exception cref="AcceleratorException">The driver refuses.</exception>
    public CudaCopies(CudaAccelerator accelerator)
    {
        _accelerator = accelerator;
        _streamWaitEvent = (delegate* unmanaged<nint, nint, uint, CudaError>)NativeLibrary.GetExport(NativeLibrary.Load(CudaDriver.Library), "cuStreamWaitEvent");
        accelerator.Bind();
        _stream = accelerator.CreateStream(StreamFlags.CU_STREAM_NON_BLOCKING);
        _launched = NewEvent();
        for (var i = 0; i < Events; i++) _ended[i] = NewEvent();
    }

    /// <summary>Of launches.</summary>
    private nint Kernels => ((CudaStream)_accelerator.DefaultStream).StreamPtr;

    /// <summary>Has what is copied from here on wait for what was launched, and tells where to copy it.</summary>
    public CudaStream Begin()
    {
        _accelerator.Bind();
        CudaException.ThrowIfFailed(CurrentAPI.RecordEvent(_launched, Kernels));
        CudaException.ThrowIfFailed(_streamWaitEvent(_stream.StreamPtr, _launched, 0));
        return _stream;
    }

    /// <summary>Number of the copy that was asked for since <see cref="Begin"/>.</summary>
    public long End()
    {
        CudaException.ThrowIfFailed(CurrentAPI.RecordEvent(_ended[_count % Events], _stream.StreamPtr));
        return _count++;
    }

    /// <summary>Has what is launched from here on wait for a copy and those before it.</summary>
    public void Await(long copy)
    {
        _accelerator.Bind();
        CudaException.ThrowIfFailed(_streamWaitEvent(Kernels, _ended[copy % Events], 0));
    }

    /// <summary>Waits for all copies.</summary>
    /// <exception cref="AcceleratorException">The driver has failed.</exception>
    public void Dispose()
    {
        _stream.Synchronize();
        _stream.Dispose();
        foreach (var recorded in _ended.Append(_launched)) CudaException.ThrowIfFailed(CurrentAPI.DestroyEvent(recorded));
    }

    private static nint NewEvent()
    {
        CudaException.ThrowIfFailed(CurrentAPI.CreateEvent(out var created, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
        return created;
    }
}
