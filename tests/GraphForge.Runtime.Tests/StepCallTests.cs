namespace GraphForge.Runtime.Tests;

public sealed class StepCallTests
{
    [Test]
    public void Shares_cover_all_tasks_once_and_evenly([Values(0, 1, 2, 3, 7, 8, 9, int.MaxValue)] int tasks, [Values(1, 2, 3, 8)] int workers)
    {
        var call = new StepCall(0, 0, tasks, false);
        var next = 0;
        for (var worker = 0; worker < workers; worker++)
        {
            var (begin, end) = call.Share(worker, workers);
            Assert.That(begin, Is.EqualTo(next));
            Assert.That(end - begin - tasks / workers, Is.InRange(0, 1));
            next = end;
        }

        Assert.That(next, Is.EqualTo(tasks));
    }

    [Test]
    public void A_single_task_is_the_callers([Values(1, 2, 64)] int workers) =>
        Assert.That(new StepCall(0, 0, 1, false).Share(0, workers), Is.EqualTo((0, 1)));

    [TestCase("1 |1 |1", "1 1 1", TestName = "Worker 0 alone needs no barrier")]
    [TestCase("8 |8", "8 |8", TestName = "Shared steps need theirs")]
    [TestCase("|8 8", "8 8", TestName = "Nothing to wait for before the first step")]
    [TestCase("8 |1 |1 |8", "8 |1 1 |8", TestName = "A run of single tasks needs two")]
    [TestCase("1 |1 8", "1 1 |8", TestName = "A barrier is put off until others take part")]
    [TestCase("1 |1 8 |8", "1 1 |8 |8", TestName = "A barrier put off does not stand in for a later one")]
    [TestCase("8 |0 8", "8 |0 8", TestName = "An empty step keeps its barrier")]
    [TestCase("1 8 |1 8", "1 8 |1 8", TestName = "Single tasks beside shared ones wait for them")]
    public void Barriers_that_the_callers_order_implies_are_dropped(string plan, string expected)
    {
        var steps = plan.Split(' ').Select(step => new PlanStep(0, [], int.Parse(step.TrimStart('|')), step[0] == '|'));
        var calls = PlanCode.Of(new ExecutionPlan("p", 0, 0, ["k"], [], [.. steps], []), [1]).Steps;
        Assert.That(string.Join(' ', calls.Select(call => (call.Barrier ? "|" : "") + call.Tasks)), Is.EqualTo(expected));
    }
}
