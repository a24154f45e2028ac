using System.Runtime.CompilerServices;

namespace GraphForge.Runtime.Tests;

/// <summary>Each test has a team of its own size, so that no other test's run is counted.</summary>
public sealed class WorkerTeamTests
{
    /// <summary>A hang is a failure, not a wait; no test comes near it otherwise.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public void There_is_one_team_per_size()
    {
        var team = WorkerTeam.OfSize(41);
        Assert.That(WorkerTeam.OfSize(41), Is.SameAs(team));
        Assert.That(team, Is.Not.SameAs(WorkerTeam.OfSize(42)));
        Assert.That(() => WorkerTeam.OfSize(1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Every_member_takes_part_once([Values(2, 9)] int size)
    {
        var region = new CountingRegion(size);
        RunUntilTaken(WorkerTeam.OfSize(size), region);
        Assert.That(region.Calls, Is.All.EqualTo(1));
    }

    [Test]
    public void Idle_workers_sleep()
    {
        var team = WorkerTeam.OfSize(6);
        for (var run = 0; run < 3; run++)
        {
            RunUntilTaken(team, new CountingRegion(6));
            Assert.That(SpinWait.SpinUntil(() => team.SleepingThreads == 5, Patience), Is.True);
        }
    }

    [Test]
    public void A_busy_team_turns_others_away()
    {
        var team = WorkerTeam.OfSize(7);
        using var region = new BlockingRegion(blockedMember: 0);
        var caller = new Thread(() => team.TryRun(region)) { IsBackground = true };
        caller.Start();
        Assert.That(region.Entered.Wait(Patience), Is.True);
        Assert.That(team.TryRun(new CountingRegion(7)), Is.False);
        region.Open.Set();
        Assert.That(caller.Join(Patience), Is.True);
        Assert.That(team.TryRun(new CountingRegion(7)), Is.True);
    }

    [Test]
    public void A_caller_waits_asleep_and_an_interrupt_does_not_cut_it_short()
    {
        var team = WorkerTeam.OfSize(10);
        using var region = new BlockingRegion(blockedMember: 4);
        var (returnedEarly, interruptKept) = (false, false);
        var caller = new Thread(() =>
        {
            team.TryRun(region);
            returnedEarly = !region.Open.IsSet;
            try
            {
                Thread.Sleep(0);
            }
            catch (ThreadInterruptedException)
            {
                interruptKept = true;
            }
        })
        { IsBackground = true };
        caller.Start();
        Assert.That(region.Entered.Wait(Patience), Is.True);
        Assert.That(SpinWait.SpinUntil(() => team.SleepingAtBarrier == 1, Patience), Is.True);
        caller.Interrupt();
        Assert.That(caller.Join(TimeSpan.FromMilliseconds(50)), Is.False);
        region.Open.Set();
        Assert.That(caller.Join(Patience), Is.True);
        Assert.That((returnedEarly, interruptKept), Is.EqualTo((false, true)));
    }

    [Test]
    public void A_sleeping_team_does_not_keep_its_last_region()
    {
        var team = WorkerTeam.OfSize(11);
        var region = RunAndForget(team);
        Assert.That(SpinWait.SpinUntil(() => team.SleepingThreads == 10, Patience), Is.True);
        GC.Collect();
        Assert.That(region.IsAlive, Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunAndForget(WorkerTeam team)
    {
        var region = new CountingRegion(team.Size);
        RunUntilTaken(team, region);
        return new WeakReference(region);
    }

    private static void RunUntilTaken(WorkerTeam team, IParallelRegion region) =>
        Assert.That(SpinWait.SpinUntil(() => team.TryRun(region), Patience), Is.True);

    private sealed class CountingRegion(int size) : IParallelRegion
    {
        private readonly int[] _calls = new int[size];

        public int[] Calls => _calls;

        public void Execute(ref TeamMember member)
        {
            member.Barrier();
            Interlocked.Increment(ref _calls[member.Index]);
            member.Barrier();
        }
    }

    private sealed class BlockingRegion(int blockedMember) : IParallelRegion, IDisposable
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public void Execute(ref TeamMember member)
        {
            if (member.Index != blockedMember) return;
            Entered.Set();
            Open.Wait();
        }

        public void Dispose()
        {
            Entered.Dispose();
            Open.Dispose();
        }
    }
}
