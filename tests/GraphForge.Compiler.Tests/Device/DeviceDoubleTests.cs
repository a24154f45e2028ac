using GraphForge.Compiler.Tests.Device.Double;
using ILGPU;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>That the test double of a GPU finds what a GPU would let pass, or hang on.</summary>
public class DeviceDoubleTests
{
    private static readonly WatchedMemory Memory = new("memory", 64);

    private ArrayView<int> _view = new(Memory, 0, 16);

    [SetUp]
    public void BeginLaunch() => Memory.BeginLaunch();

    [Test]
    public void Threads_meet_at_barriers_and_see_what_others_wrote()
    {
        Launch(groups: 2, threads: 4, () =>
        {
            var shared = SharedMemory.Allocate<int>(4);
            shared[Group.IdxX] = 10 * Group.IdxX;
            Group.Barrier();
            _view[4 * Grid.IdxX + Group.IdxX] = shared[3 - Group.IdxX] + Grid.IdxX;
        });
        Assert.That(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(Memory.Bytes)[..8].ToArray(), Is.EqualTo(new[] { 30, 20, 10, 0, 31, 21, 11, 1 }));
    }

    [Test]
    public void Reading_what_another_thread_wrote_takes_a_barrier() => AssertFails(1, () =>
    {
        var shared = SharedMemory.Allocate<int>(2);
        shared[Group.IdxX] = 1;
        _ = shared[1 - Group.IdxX];
        Group.Barrier();
    }, "race: thread 1 of group 0 writes byte 4 of shared memory 0 of 8 bytes, which thread 0 of group 0 read with no barrier between");

    [Test]
    public void Two_threads_do_not_write_one_element() => AssertFails(1, () =>
    {
        _view[3] = Group.IdxX;
        Group.Barrier();
    }, "race: thread 1 of group 0 writes byte 12 of memory of 64 bytes, which thread 0 of group 0 wrote with no barrier between");

    [Test]
    public void No_barrier_lies_between_groups() => AssertFails(2, () =>
    {
        if (Group.IdxX == 0) _view[Grid.IdxX] = _view[0];
        Group.Barrier();
    }, "race: thread 0 of group 1 reads byte 0 of memory of 64 bytes, which thread 0 of group 0 wrote with no barrier between");

    [Test]
    public void A_thread_that_ends_leaves_the_others_waiting() => AssertFails(1, () =>
    {
        if (Group.IdxX == 0) Group.Barrier(7);
    }, "threads part: thread 1 of group 0 has ended, thread 0 of group 0 waits at line 7");

    [Test]
    public void Two_barriers_are_not_one() => AssertFails(1, () =>
    {
        if (Group.IdxX == 0) Group.Barrier(7);
        else Group.Barrier(9);
    }, "threads part: thread 1 of group 0 waits at line 9, thread 0 of group 0 waits at line 7");

    [Test]
    public void Threads_of_a_warp_exchange_what_they_have()
    {
        Launch(groups: 1, threads: 8, () =>
        {
            var value = 1 << Group.IdxX;
            value += Warp.ShuffleXor(value, 2);
            _view[Group.IdxX] = value + Warp.ShuffleXor(value, 1);
        });
        Assert.That(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(Memory.Bytes)[..8].ToArray(), Is.EqualTo(new[] { 15, 15, 15, 15, 240, 240, 240, 240 }));
    }

    [Test]
    public void No_exchange_crosses_warps() => AssertFails(4, 8, () => Warp.ShuffleXor(1, 4),
        "thread 0 of group 0 reads a register 4 threads further, in a warp of 4");

    [Test]
    public void An_exchange_is_no_barrier() => AssertFails(1, () =>
    {
        _view[Group.IdxX] = 1;
        _view[1 - Group.IdxX] = Warp.ShuffleXor(2, 1);
    }, "race: thread 0 of group 0 writes byte 4 of memory of 64 bytes, which thread 1 of group 0 wrote with no barrier between");

    [Test]
    public void No_index_leaves_a_view() => AssertFails(1, () =>
    {
        _ = _view.SubView(4, 4)[4];
        Group.Barrier();
    }, "element 4 of 4 in memory of 64 bytes, by thread 0 of group 0");

    private static void AssertFails(int groups, Action kernel, string message) => AssertFails(groups, 2, kernel, message);

    private static void AssertFails(int groups, int threads, Action kernel, string message) =>
        Assert.That(() => Launch(groups, threads, kernel), Throws.InvalidOperationException.With.Message.EqualTo(message));

    private static void Launch(int groups, int threads, Action kernel) => new GroupRun(threads, 4, kernel).Run(groups, hasBarriers: true);
}
