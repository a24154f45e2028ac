using System.Reflection;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>What programs take of a device's memory, and what happens where there is too little.</summary>
public sealed class DeviceMemoryTests
{
    [Test]
    public void A_step_allocates_nothing_here_or_there()
    {
        using var device = new IdleDevice();
        using var training = DeviceTrainingTests.Compile(DeviceTrainingTests.Network(), device);
        var (samples, targets) = DeviceTrainingTests.Data(0, 4);
        for (var warmUp = 0; warmUp < 10; warmUp++) training.Step<float, long>(samples, targets);
        var (allocations, before) = (device.Allocations, GC.GetAllocatedBytesForCurrentThread());
        for (var step = 0; step < 10; step++) training.Step<float, long>(samples, targets);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(device.Allocations, Is.EqualTo(allocations));
    }

    /// <summary>To the byte, whether everything is kept or a budget is met; and then the budget is what is held, places included.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void What_is_held_is_what_was_planned(bool isTight)
    {
        using var device = new IdleDevice();
        using var kept = DeviceOffloadTests.Compile(device, null);
        long? budget = isTight ? kept.Memory!.TotalBytes - kept.Memory.ArenaBytes / 3 : null;
        using var alone = new IdleDevice();
        using var training = DeviceOffloadTests.Compile(alone, budget);
        var (samples, targets) = DeviceOffloadTests.Data(0);
        training.Step<float, long>(samples, targets);
        Assert.That(training.Memory!.StagingBytes, Is.Positive);
        Assert.That(training.Memory.Choices.Any(), Is.EqualTo(isTight));
        Assert.That(alone.HeldBytes, Is.EqualTo(training.Memory.TotalBytes).And.LessThanOrEqualTo(budget ?? long.MaxValue));
    }

    [Test]
    public void The_smallest_budget_that_a_refusal_names_works()
    {
        using var device = new IdleDevice();
        var error = Assert.Throws<GraphException>(() => DeviceOffloadTests.Compile(device, 20_000).Prepare(("batch", 16)))!;
        Assert.That(error.Message, Does.Contain(", staging "));
        var least = long.Parse(System.Text.RegularExpressions.Regex.Match(error.Message, "the smallest budget that works is ([0-9,]+) bytes").Groups[1].Value,
            System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
        using var training = DeviceOffloadTests.Compile(device, least);
        var (samples, targets) = DeviceOffloadTests.Data(0);
        training.Step<float, long>(samples, targets);
        Assert.That(device.HeldBytes, Is.LessThanOrEqualTo(least));
    }

    [Test]
    public void What_a_model_with_prepared_values_holds_is_what_was_planned()
    {
        using var device = new IdleDevice();
        var model = CompiledModel.Compile(new Averages(), [12], TestOptions.Default with { Device = device });
        model.Prepare(("batch", 2));
        Assert.That(model.Memory(2)!.PreparedBytes, Is.Positive);
        Assert.That(device.HeldBytes, Is.EqualTo(model.Memory(2)!.TotalBytes));
    }

    [Test]
    public void Values_that_wait_at_the_host_take_memory_once()
    {
        using var device = new IdleDevice();
        using var kept = DeviceOffloadTests.Compile(device, null);
        Assert.That((kept.Memory!.HostBytes, device.HostAllocations), Is.EqualTo((0L, 0)));
        using var training = DeviceOffloadTests.Compile(device, DeviceOffloadTests.Half(kept));
        var (samples, targets) = DeviceOffloadTests.Data(0);
        for (var warmUp = 0; warmUp < 10; warmUp++) training.Step<float, long>(samples, targets);
        var (allocations, before) = ((device.Allocations, device.HostAllocations), GC.GetAllocatedBytesForCurrentThread());
        for (var step = 0; step < 10; step++) training.Step<float, long>(samples, targets);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That((device.Allocations, device.HostAllocations), Is.EqualTo((allocations.Item1, 1)));
        Assert.That(training.Memory!.HostBytes, Is.GreaterThan(0));
    }

    [Test]
    public void Kernels_run_while_values_are_copied()
    {
        using var device = new IdleDevice();
        using var kept = DeviceOffloadTests.Compile(device, null);
        using var training = DeviceOffloadTests.Compile(device, DeviceOffloadTests.Half(kept));
        var (samples, targets) = DeviceOffloadTests.Data(0);
        training.Step<float, long>(samples, targets);
        Assert.That(device.LaunchesBesideCopies, Is.GreaterThan(0));
        Assert.That(device.Host!.IsBusy, Is.False, "after a run");
    }

    [Test]
    public void States_are_there_once_for_all_programs()
    {
        using var device = new IdleDevice();
        var model = new GraphForge.Layers.Linear(100, 100);
        var one = CompiledModel.Compile(model, [100], TestOptions.Default with { Device = device });
        one.Prepare(("batch", 1));
        var first = device.HeldBytes;
        Assert.That(first, Is.GreaterThan(4 * 100 * 101));
        one.Prepare(("batch", 2));
        CompiledModel.Compile(model, [100], TestOptions.Default with { Device = device }).Prepare(("batch", 1));
        Assert.That(device.HeldBytes - first, Is.LessThan(10_000));
    }

    [Test]
    public void What_nobody_uses_any_more_makes_room()
    {
        using var device = new IdleDevice();
        for (var i = 0; i < 20; i++)
        {
            Load(device);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(device.HeldBytes, Is.LessThan(3 * 4 * 100 * 101));

        static void Load(ComputeDevice device) =>
            CompiledModel.Compile(new GraphForge.Layers.Linear(100, 100), [100], TestOptions.Default with { Device = device }).Prepare(("batch", 1));
    }

    [Test]
    public void The_budget_is_what_the_device_has_free()
    {
        using var device = new IdleDevice(free: 40_000);
        var model = CompiledModel.Compile(new GraphForge.Layers.Linear(100, 100), [100], TestOptions.Default with { Device = device });
        Assert.That(() => model.Prepare(("batch", 1)), Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Code)).EqualTo(ErrorCode.OverBudget)
            .And.Message.Contains("The budget is what the device has free, but for a tenth"));
    }

    [Test]
    public void Memory_that_is_gone_when_it_is_asked_for_is_one_error_and_the_rest_goes_on()
    {
        using var device = new IdleDevice();
        var model = new GraphForge.Layers.Linear(100, 100);
        var small = CompiledModel.Compile(model, [100], TestOptions.Default with { Device = device });
        var (input, output) = (new float[100], new float[100]);
        small.Run(input, output);
        var held = device.Allocatable = device.HeldBytes;
        var large = CompiledModel.Compile(new GraphForge.Layers.Linear(1000, 1000), [1000], TestOptions.Default with { Device = device });
        for (var time = 0; time < 2; time++)
        {
            Assert.That(() => large.Prepare(("batch", 1)), Throws.TypeOf<DeviceException>().With.Message.EqualTo("idle has too little memory."));
            Assert.That(() => small.Run(input, output), Throws.Nothing);
            Assert.That(device.HeldBytes, Is.EqualTo(held));
        }
        device.Allocatable = long.MaxValue;
        Assert.That(() => large.Prepare(("batch", 1)), Throws.Nothing);
        Assert.That(() => small.Run(input, output), Throws.Nothing);
    }

    /// <summary>An arena that was large once does not keep another program from what there is.</summary>
    [Test]
    public void Arenas_of_programs_that_are_gone_do_not_count()
    {
        using var device = new IdleDevice();
        Load(device, 20_000);
        device.Allocatable = device.HeldBytes + 4 * 200 * 201;
        Assert.That(() => CompiledModel.Compile(new GraphForge.Layers.Linear(200, 200), [200], TestOptions.Default with { Device = device }).Prepare(("batch", 64)), Throws.Nothing);

        static void Load(ComputeDevice device, int batch) =>
            CompiledModel.Compile(new GraphForge.Layers.ReLU(), [10], TestOptions.Default with { Device = device }).Prepare(("batch", batch));
    }

    [Test]
    public void One_thread_has_one_run_of_a_device_at_a_time()
    {
        using var device = new IdleDevice();
        var plan = new Runtime.ExecutionPlan("empty", 0, 0, [], [], [], []);
        var program = new DeviceProgram(device, plan, new DeviceCode([], []), []);
        using (program.Rent())
        {
            Assert.That(() => program.Rent(), Throws.InvalidOperationException.With.Message.EqualTo(
                "A run of this thread on idle is under way: end it before another one begins, or a program is loaded."));
            Assert.That(() => new DeviceProgram(device, plan, new DeviceCode([], []), []), Throws.InvalidOperationException);
        }
        Assert.That(() => program.Rent().Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_device_that_failed_can_be_disposed_and_says_what_is_lost()
    {
        var device = new IdleDevice();
        var model = DeviceTrainingTests.Network();
        using var training = DeviceTrainingTests.Compile(model, device);
        var (samples, targets) = DeviceTrainingTests.Data(0, 4);
        training.Step<float, long>(samples, targets);
        device.HasFailed = true;
        Assert.That(device.Dispose, Throws.Nothing);
        var parameter = model.Parameters().First();
        Assert.That(() => parameter.AsSpan<float>().ToArray(), Throws.TypeOf<DeviceException>().With.Message.EqualTo(
            "The newest elements of a state were on idle, which failed and was disposed: load the parameters anew."));
        Assert.That(() => parameter.CopyFrom<float>(new float[parameter.Shape.Size.Value]), Throws.Nothing);
        Assert.That(parameter.AsSpan<float>()[0], Is.Zero);
    }

    [Test]
    public void Schedules_of_the_processor_are_refused()
    {
        using var device = new IdleDevice();
        var model = CompiledModel.Compile(new GraphForge.Layers.ReLU(), [4], TestOptions.Default with { Device = device, ScheduleFile = "x.schedules" });
        Assert.That(() => model.Prepare(("batch", 1)), Throws.TypeOf<GraphException>().With.Message.Contains("leave CompileOptions.Tune and ScheduleFile out for a device"));
    }

    /// <summary>Weights that add up to 1, which follow from a parameter alone.</summary>
    private sealed class Averages : Module
    {
        private readonly GraphForge.Layers.Linear _linear = new(10, 12, bias: false);

        public override Tensor Forward(Tensor input) => input.MatMul(((Tensor)_linear.Weight).Softmax(0));
    }

    /// <summary>A device whose memory is the process's, and whose kernels do nothing.</summary>
    private sealed class IdleDevice(long free = long.MaxValue / 4) : ComputeDevice
    {
        public override string Name => "idle";

        public override DeviceLimits Limits { get; } = new(2, 8, 64, 8 * 1024, 128, 1 << 30) { HostBytesPerSecond = 1L << 50 };

        public override long FreeBytes => free - HeldBytes;

        public override Assembly KernelApi => typeof(ILGPU.Grid).Assembly;

        public int Allocations { get; private set; }

        public int HostAllocations { get; private set; }

        public ProcessBlock? Host { get; private set; }

        /// <summary>Kernels that were launched while a copy to or from the host was under way.</summary>
        public int LaunchesBesideCopies { get; private set; }

        public long Allocatable { get; set; } = long.MaxValue;

        /// <summary>Whether nothing can be read any more.</summary>
        public bool HasFailed { get; set; }

        protected override DeviceBlock Allocate(long bytes)
        {
            Allocations++;
            return bytes <= Allocatable ? new Block(this, bytes) : throw new DeviceException("idle has too little memory.");
        }

        protected override DeviceKernels Load(DeviceCode code, IReadOnlyList<string> names) => new Kernels(this);

        protected override DeviceTimer StartTimer() => throw new NotSupportedException();

        protected override DeviceUpload CreateUpload(long bytes) => new HostUpload(bytes);

        protected override HostBlock CreateHostBlock(long bytes)
        {
            HostAllocations++;
            return Host = new ProcessBlock(bytes);
        }

        protected override void Dispose(bool disposing) { }

        private sealed class Block(IdleDevice device, long bytes) : DeviceBlock
        {
            private readonly byte[] _bytes = new byte[bytes];

            public override long Bytes => bytes;

            public override void Write(long offset, ReadOnlySpan<byte> source) => source.CopyTo(_bytes.AsSpan((int)offset));

            public override void Read(long offset, Span<byte> destination)
            {
                if (device.HasFailed) throw new DeviceException("idle failed.");
                _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
            }

            public override void Copy(long from, long to, long bytes) => _bytes.AsSpan((int)from, (int)bytes).CopyTo(_bytes.AsSpan((int)to));

            protected override void Dispose(bool disposing) { }
        }

        private sealed class Kernels(IdleDevice device) : DeviceKernels
        {
            public override void Launch(in DeviceLaunch launch, DeviceBlock memory)
            {
                if (device.Host is { IsBusy: true }) device.LaunchesBesideCopies++;
            }
        }
    }
}
