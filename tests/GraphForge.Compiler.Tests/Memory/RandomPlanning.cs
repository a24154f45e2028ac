using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>Seeded planning problems.</summary>
internal static class RandomPlanning
{
    /// <summary>A random DAG of <paramref name="steps"/> steps with inputs, outputs, in-place pairs, states and constraints.</summary>
    public static PlanningProblem Graph(Random random, int steps, bool inPlace = true, long unit = 64)
    {
        var values = new List<PlannedValue>();
        for (var i = random.Next(1, 3); i > 0; i--) Add(isInput: true);
        var planned = new List<PlannedStep>();
        for (var step = 0; step < steps; step++)
        {
            var reads = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Recent()).Distinct().ToArray();
            var writes = Enumerable.Range(0, random.Next(10) == 0 ? 2 : 1).Select(_ => Add(isInput: false)).ToArray();
            var pairs = inPlace && random.Next(2) == 0 ? writes.SelectMany(w => reads.Select(r => (w, r))).ToArray() : [];
            planned.Add(new PlannedStep($"step{step}", reads, writes, pairs)
            {
                StateReads = random.Next(4) == 0 ? [random.Next(3)] : [],
                StateWrites = random.Next(8) == 0 ? [random.Next(3)] : [],
            });
        }
        var constraints = Enumerable.Range(0, steps / 4).Select(_ => (random.Next(steps), random.Next(steps)))
            .Where(c => c.Item1 < c.Item2).ToArray();
        return new PlanningProblem(values, planned, constraints);

        int Add(bool isInput)
        {
            var bytes = random.Next(12) == 0 ? 0 : unit * random.Next(1, 17) - random.Next(2) * random.Next((int)unit);
            values.Add(new PlannedValue(
                values.Count, $"v{values.Count}", bytes, isInput, random.Next(8) == 0, SourceLocation.Unknown));
            return values.Count - 1;
        }

        int Recent() => random.Next(3) == 0 ? random.Next(values.Count) : Math.Max(0, values.Count - 1 - random.Next(4));
    }

    /// <summary>
    /// Forward and backward of a chain of layers: each activation is needed again by its backward step, and each weight
    /// gradient by an update. With <paramref name="updatesLast"/> the updates are listed after the whole backward pass.
    /// </summary>
    public static PlanningProblem Training(int layers, Func<int, long> activation, Func<int, long> weight, bool updatesLast)
    {
        var values = new List<PlannedValue>();
        var steps = new List<PlannedStep>();
        var updates = new List<PlannedStep>();
        var activations = new List<int> { Add("x", activation(0), true) };
        for (var layer = 0; layer < layers; layer++)
        {
            activations.Add(Add($"a{layer}", activation(layer + 1), false));
            steps.Add(new PlannedStep($"forward{layer}", [activations[layer]], [activations[layer + 1]], []) { StateReads = [layer] });
        }
        var gradient = Add("loss", activation(layers), false);
        steps.Add(new PlannedStep("loss", [activations[layers]], [gradient], [(gradient, activations[layers])]));
        for (var layer = layers - 1; layer >= 0; layer--)
        {
            var (weightGradient, next) = (Add($"w{layer}", weight(layer), false), Add($"g{layer}", activation(layer), false));
            steps.Add(new PlannedStep($"weights{layer}", [activations[layer], gradient], [weightGradient], []));
            var update = new PlannedStep($"update{layer}", [weightGradient], [], []) { StateWrites = [layer] };
            (updatesLast ? updates : steps).Add(update);
            steps.Add(new PlannedStep($"backward{layer}", [gradient], [next], []) { StateReads = [layer] });
            gradient = next;
        }
        steps.AddRange(updates);
        var index = steps.Select((s, i) => (s.Name, i)).ToDictionary(p => p.Name, p => p.i);
        var constraints = updatesLast
            ? Enumerable.Range(0, layers).Select(l => (index[$"backward{l}"], index[$"update{l}"])).ToArray()
            : [];
        return new PlanningProblem(values, steps, constraints);

        int Add(string name, long bytes, bool isInput)
        {
            values.Add(new PlannedValue(values.Count, name, bytes, isInput, false, SourceLocation.Unknown));
            return values.Count - 1;
        }
    }
}
