using System.Reflection;
using System.Runtime.Loader;
using GraphForge.Compiler.Tests.Device.Double;
using GraphForge.Runtime.Device;
using ILGPU;

namespace GraphForge.Tests.Devices;

/// <summary>The test double of ILGPU as a device that models can be compiled for: small, slow, and strict about races and bounds.</summary>
/// <param name="memoryBytes">Memory that it says it has.</param>
/// <param name="hostBytesPerSecond">What it says it copies to the host and back.</param>
internal sealed class DoubleDevice(long memoryBytes = 16 << 20, long hostBytesPerSecond = 0) : ComputeDevice
{
    public override string Name => "double";

    private const int WarpThreads = 8;

    public override DeviceLimits Limits { get; } = new(2, WarpThreads, 64, 8 * 1024, 128, memoryBytes) { HasShuffles = true, HostBytesPerSecond = hostBytesPerSecond };

    public override long FreeBytes => Limits.MemoryBytes - HeldBytes;

    public override Assembly KernelApi => typeof(Grid).Assembly;

    /// <summary>Memory that it has.</summary>
    public long AllocatableBytes { get; set; } = memoryBytes;

    /// <summary>How often memory was asked for.</summary>
    public int Allocations { get; private set; }

    protected override DeviceBlock Allocate(long bytes)
    {
        Allocations++;
        return bytes <= AllocatableBytes ? new DoubleBlock(bytes) : throw new DeviceException($"double has not {bytes} bytes free.");
    }

    protected override DeviceKernels Load(DeviceCode code, IReadOnlyList<string> names) => new DoubleKernels(code, names);

    protected override DeviceTimer StartTimer() => new CountingTimer();

    protected override DeviceUpload CreateUpload(long bytes) => new HostUpload(bytes);

    protected override HostBlock CreateHostBlock(long bytes) => new ProcessBlock(bytes);

    protected override void Dispose(bool disposing) { }

    private sealed class DoubleBlock(long bytes) : DeviceBlock
    {
        public WatchedMemory Memory { get; } = new("memory", bytes);

        public override long Bytes => bytes;

        public override void Write(long offset, ReadOnlySpan<byte> source) => source.CopyTo(Memory.Bytes[(int)offset..]);

        public override void Read(long offset, Span<byte> destination) => Memory.Bytes.Slice((int)offset, destination.Length).CopyTo(destination);

        public override void Copy(long from, long to, long bytes) => Memory.Bytes.Slice((int)from, (int)bytes).CopyTo(Memory.Bytes[(int)to..]);

        protected override void Dispose(bool disposing) { }
    }

    private sealed class DoubleKernels : DeviceKernels
    {
        private static readonly string[] Waiting = [nameof(Group.Barrier), nameof(Warp.ShuffleXor)];

        private readonly Action<ArrayView<byte>, ArrayView<long>, int, long>[] _kernels;
        private readonly bool[] _waits;
        private readonly IReadOnlyList<int> _threads;

        public DoubleKernels(DeviceCode code, IReadOnlyList<string> names)
        {
            var context = new AssemblyLoadContext("double", isCollectible: true);
            context.Resolving += (_, name) => name.Name == typeof(Grid).Assembly.GetName().Name ? typeof(Grid).Assembly : null;
            using var image = new MemoryStream(code.Image);
            var kernels = context.LoadFromStream(image).GetType("GraphForge.Generated.Kernels", throwOnError: true)!;
            MethodInfo[] methods = [.. names.Select(name => kernels.GetMethod(name)!)];
            (_threads, _waits) = (code.GroupThreads, [.. methods.Select(Waits)]);
            _kernels = [.. methods.Select(m => m.CreateDelegate<Action<ArrayView<byte>, ArrayView<long>, int, long>>())];
        }

        public override void Launch(in DeviceLaunch launch, DeviceBlock block)
        {
            var memory = ((DoubleBlock)block).Memory;
            memory.BeginLaunch();
            var (view, places) = (new ArrayView<byte>(memory, 0, block.Bytes), new ArrayView<long>(memory, launch.Places, launch.PlaceCount));
            var (kernel, first, iteration) = (_kernels[launch.Kernel], launch.First, launch.Iteration);
            new GroupRun(_threads[launch.Kernel], WarpThreads, () => kernel(view, places, first, iteration)).Run(launch.Groups, _waits[launch.Kernel]);
        }

        /// <summary>Whether threads of a kernel may have to wait for each other: whether its code calls what makes them.</summary>
        private static bool Waits(MethodInfo kernel)
        {
            const byte call = 0x28;
            var code = kernel.GetMethodBody()!.GetILAsByteArray()!;
            return Enumerable.Range(0, Math.Max(0, code.Length - 4)).Any(i => code[i] == call && Waiting.Contains(NameOf(kernel.Module, BitConverter.ToInt32(code, i + 1))));
        }

        /// <summary>Null where the bytes only look like a call.</summary>
        private static string? NameOf(System.Reflection.Module module, int token)
        {
            try
            {
                return token >> 24 is 0x0A or 0x2B ? module.ResolveMember(token)?.Name : null;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }

    /// <summary>Everything takes a second.</summary>
    private sealed class CountingTimer : DeviceTimer
    {
        public override void Mark() { }

        public override TimeSpan After(int index) => TimeSpan.FromSeconds(1);

        protected override void Dispose(bool disposing) { }
    }
}
