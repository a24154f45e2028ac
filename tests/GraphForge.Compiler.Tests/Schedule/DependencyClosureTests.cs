using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler.Tests.Schedule;

public sealed class DependencyClosureTests
{
    /// <summary>Edges in random order among up to 150 items, so that rows span several words, against a search.</summary>
    [Test]
    public void Agrees_with_a_search([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var count = random.Next(2, 150);
        var closure = new DependencyClosure();
        var edges = Enumerable.Range(0, count).Select(_ => new HashSet<int>()).ToArray();
        // An order nobody knows keeps the edges free of circles.
        var place = Enumerable.Range(0, count).OrderBy(_ => random.Next()).ToArray();
        for (var item = 0; item < count; item++) Assert.That(closure.Add(), Is.EqualTo(item));
        for (var edge = 0; edge < 2 * count; edge++)
        {
            var (a, b) = (random.Next(count), random.Next(count));
            if (a == b) continue;
            var (item, dependency) = place[a] > place[b] ? (a, b) : (b, a);
            closure.Connect(item, dependency);
            edges[item].Add(dependency);
        }
        for (var item = 0; item < count; item++)
        {
            var reached = Reached(item, edges);
            for (var target = 0; target < count; target++)
                Assert.That(closure.DependsOn(item, target), Is.EqualTo(reached.Contains(target)), $"{item} → {target}");
        }
    }

    private static HashSet<int> Reached(int item, HashSet<int>[] edges)
    {
        var reached = new HashSet<int>();
        var stack = new Stack<int>(edges[item]);
        while (stack.TryPop(out var next))
            if (reached.Add(next))
                foreach (var dependency in edges[next]) stack.Push(dependency);
        return reached;
    }
}
