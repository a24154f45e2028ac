namespace GraphForge.Runtime.Tests;

public sealed unsafe class MemoryTests
{
    [Test]
    public void Memory_is_aligned_and_zero([Values(0, 1, 63, 64, 1000)] long bytes, [Values] bool guarded)
    {
        using var memory = new AlignedMemory(bytes, guarded);
        Assert.That((long)memory.Address % ExecutionPlan.Alignment, Is.Zero);
        Assert.That(new ReadOnlySpan<byte>((void*)memory.Address, (int)bytes).ContainsAnyExcept((byte)0), Is.False);
        Assert.That(memory.GuardsIntact, Is.True);
    }

    [TestCase(2L << 20)]
    [TestCase(7L << 20)]
    public void Large_memory_asks_for_large_pages(long bytes)
    {
        const string setting = "/sys/kernel/mm/transparent_hugepage/enabled";
        Assume.That(File.Exists(setting) && !File.ReadAllText(setting).Contains("[never]"), "a system that lends large pages");
        using var memory = new AlignedMemory(bytes);

        Assert.That((long)memory.Address % HugePages.Bytes, Is.Zero);
        Assert.That(MayBeHuge(memory.Address) && MayBeHuge(memory.Address + (nint)((bytes / HugePages.Bytes - 1) * HugePages.Bytes)), Is.True);
    }

    /// <summary>Whether the system may back an address by a large page, by its own account of the process.</summary>
    private static bool MayBeHuge(nint address)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Split(' ')[0].Split('-') is [var low, var high] && !low.EndsWith(':'))
                inside = Convert.ToInt64(low, 16) <= address && address < Convert.ToInt64(high, 16);
            else if (inside && line.StartsWith("VmFlags:")) return line.Split(' ').Contains("hg");
        }
        throw new InvalidOperationException($"no mapping of {address:x}");
    }

    [TestCase(-1)]
    [TestCase(-64)]
    [TestCase(5)]
    [TestCase(68)]
    public void Guards_notice_a_single_byte(int offset)
    {
        using var memory = new AlignedMemory(5, guarded: true);
        ((byte*)memory.Address)[offset] = 7;
        Assert.That(memory.GuardsIntact, Is.False);
        memory.ResetGuards();
        Assert.That(memory.GuardsIntact, Is.True);
    }

    [Test]
    public void A_state_starts_as_zeros_and_keeps_what_is_written()
    {
        var state = new StateBuffer("w", DType.Float64, [2, 2]);
        Assert.That(state.AsSpan<double>().ToArray(), Is.EqualTo(new double[4]));
        state.Edit<double>(elements => elements[3] = 1.5);
        Assert.Multiple(() =>
        {
            Assert.That(state.AsSpan<double>()[3], Is.EqualTo(1.5));
            Assert.That(state.AsBytes().Length, Is.EqualTo(32));
            Assert.That(state.Bytes, Is.EqualTo(32));
            Assert.That(state.Dims, Is.EqualTo(new long[] { 2, 2 }));
            Assert.That((long)state.Address % ExecutionPlan.Alignment, Is.Zero);
        });
    }

    [Test]
    public void A_scalar_state_has_one_element() =>
        Assert.That(new StateBuffer("step", DType.Int64, []).AsSpan<long>().Length, Is.EqualTo(1));

    [Test]
    public void A_state_is_seen_as_its_own_type_only() =>
        Assert.That(
            () => new StateBuffer("w", DType.Float32, [2, 2]).AsSpan<int>().Length,
            Throws.ArgumentException.With.Message.EqualTo("State 'w' is float32[2, 2]; it cannot be seen as int32."));

    [Test]
    public void A_state_of_impossible_shape_is_refused() =>
        Assert.That(
            () => new StateBuffer("w", DType.Float32, [-1]),
            Throws.ArgumentException.With.Message.EqualTo("State 'w' cannot have the shape float32[-1]. (Parameter 'dims')"));

    [Test]
    public void A_span_cannot_be_too_long() =>
        Assert.That(
            () => TensorLayout.SpanLength("w", 1L << 31),
            Throws.InvalidOperationException.With.Message.EqualTo("'w' has 2147483648 elements, more than a span can hold."));
}
