using System.Runtime.CompilerServices;

namespace GraphForge.Runtime.Tests;

/// <summary>Each test has a team of its own, so that no other test's run is counted.</summary>
public sealed class WorkerTeamTests
{
    /// <summary>A hang is a failure, not a wait; no test comes near it otherwise.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public void There_is_one_team_per_number_of_parts_with_a_thread_for_each_core()
    {
        var team = WorkerTeam.OfSize(41);
        Assert.That(WorkerTeam.OfSize(41), Is.SameAs(team));
        Assert.That(team, Is.Not.SameAs(WorkerTeam.OfSize(42)));
        Assert.That((team.Parts, team.Threads), Is.EqualTo((41, Math.Min(41, Environment.ProcessorCount))));
        Assert.That(() => WorkerTeam.OfSize(1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [TestCase(2, 2)]
    [TestCase(9, 9)]
    [TestCase(9, 2)]
    [TestCase(3, 1)]
    public void Every_part_of_every_phase_is_done_once(int parts, int threads)
    {
        var team = new WorkerTeam(parts, threads);
        for (var run = 0; run < 20; run++)
        {
            var region = new CountingRegion(parts);
            Assert.That(team.TryRun(region), Is.True);
            Assert.That(region.Done, Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Idle_workers_sleep()
    {
        var team = new WorkerTeam(6, 6);
        for (var run = 0; run < 3; run++)
        {
            team.TryRun(new CountingRegion(6));
            Assert.That(SpinWait.SpinUntil(() => team.SleepingThreads == 5, Patience), Is.True);
        }
    }

    [Test]
    public void A_busy_team_turns_others_away()
    {
        var team = new WorkerTeam(7, 7);
        using var region = new HeldRegion(heldThread: 0);
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
        var team = new WorkerTeam(10, 10);
        using var region = new HeldRegion(heldThread: 4);
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
    public void Nobody_waits_for_a_thread_without_a_part()
    {
        var team = new WorkerTeam(2, 2);
        using var late = new LateRegion();
        Assert.That(team.TryRun(late), Is.True);
        Assert.That(late.Entered.Wait(Patience), Is.True);
        for (var run = 0; run < 3; run++)
        {
            var region = new CountingRegion(2);
            Assert.That(team.TryRun(region), Is.True);
            Assert.That(region.Done, Is.All.EqualTo(1));
        }
        late.Open.Set();
        Assert.That(late.Left.Wait(Patience), Is.True);
        Assert.That(late.LateClaims, Is.Zero);
    }

    [Test]
    public void A_late_thread_claims_nothing_after_a_region_that_ended_early()
    {
        var team = new WorkerTeam(2, 2);
        using var late = new LateRegion { EndsEarly = true };
        Assert.That(team.TryRun(late), Is.True);
        Assert.That(late.Entered.Wait(Patience), Is.True);
        late.Open.Set();
        Assert.That(late.Left.Wait(Patience), Is.True);
        Assert.That(late.LateClaims, Is.Zero);
        var region = new CountingRegion(2);
        Assert.That(team.TryRun(region), Is.True);
        Assert.That(region.Done, Is.All.EqualTo(1));
    }

    [Test]
    public void A_sleeping_team_does_not_keep_its_last_region()
    {
        var team = new WorkerTeam(11, 11);
        var region = RunAndForget(team);
        Assert.That(SpinWait.SpinUntil(() => team.SleepingThreads == 10, Patience), Is.True);
        GC.Collect();
        Assert.That(region.IsAlive, Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunAndForget(WorkerTeam team)
    {
        var region = new CountingRegion(team.Parts);
        team.TryRun(region);
        return new WeakReference(region);
    }

    /// <summary>Every thread does what parts it can get, phase by phase.</summary>
    private sealed class CountingRegion(int parts) : ParallelRegion
    {
        private const int Phases = 50;

        private readonly int[] _done = new int[Phases * parts];

        public int[] Done => _done;

        public override void Execute(ref TeamMember member)
        {
            for (var phase = 0; phase < Phases; phase++)
            {
                for (var i = 0; i < parts; i++)
                {
                    var part = (member.Index + i) % parts;
                    if (!member.TryClaim(part)) continue;
                    Interlocked.Increment(ref _done[phase * parts + part]);
                    member.Complete();
                }
                if (phase < Phases - 1 || member.Index == 0) member.Barrier();
            }
        }
    }

    /// <summary>One phase; each thread does its own part, and one of them takes long.</summary>
    private sealed class HeldRegion(int heldThread) : ParallelRegion, IDisposable
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public override void Execute(ref TeamMember member)
        {
            for (var which = 0; member.OwnPart(which) is var part and >= 0; which++)
            {
                if (!member.TryClaim(part)) continue;
                if (member.Index == heldThread)
                {
                    Entered.Set();
                    Open.Wait();
                }
                member.Complete();
            }
            if (member.Index == 0) member.Barrier();
        }

        public void Dispose()
        {
            Entered.Dispose();
            Open.Dispose();
        }
    }

    /// <summary>The caller does all parts of three phases; the other thread comes when it is over and tries those of ten.</summary>
    private sealed class LateRegion : ParallelRegion, IDisposable
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public ManualResetEventSlim Left { get; } = new();

        public bool EndsEarly { get; init; }

        public int LateClaims { get; private set; }

        public override void Execute(ref TeamMember member)
        {
            if (member.Index > 0) ComeLate(ref member);
            else DoAll(ref member);
        }

        public void Dispose()
        {
            Entered.Dispose();
            Open.Dispose();
            Left.Dispose();
        }

        private void DoAll(ref TeamMember member)
        {
            // The other thread is to be in this region when it ends.
            Entered.Wait(Patience);
            for (var phase = 0; phase < 3; phase++)
            {
                for (var part = 0; part < 2; part++)
                {
                    Assert.That(member.TryClaim(part), Is.True);
                    member.Complete();
                }
                member.Barrier();
            }
            if (EndsEarly) member.EndEarly();
        }

        private void ComeLate(ref TeamMember member)
        {
            Entered.Set();
            Open.Wait();
            for (var phase = 0; phase < (EndsEarly ? 10 : 3); phase++)
            {
                for (var part = 0; part < 2; part++)
                    if (member.TryClaim(part)) LateClaims++;
                member.Barrier();
            }
            if (!member.IsLate(this)) LateClaims++;
            Left.Set();
        }
    }
}
