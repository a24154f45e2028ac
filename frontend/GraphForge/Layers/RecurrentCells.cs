namespace GraphForge.Layers;

/// <summary>One step of each kind of recurrent cell. Inputs are projected already: [batch, gates · hidden], input bias added.</summary>
internal static class RecurrentCells
{
    /// <summary>h' = f(projected + W·h + b).</summary>
    public static Tensor Simple(Tensor projected, Tensor hidden, Tensor weight, Tensor? bias, RecurrentNonlinearity nonlinearity)
    {
        var sum = projected + Functional.Linear(hidden, weight, bias);
        return nonlinearity == RecurrentNonlinearity.Relu ? sum.Relu() : sum.Tanh();
    }

    /// <summary>Gates in the rows of the weights: input, forget, cell, output. c' = f·c + i·g, h' = o·tanh c'.</summary>
    public static (Tensor Hidden, Tensor Cell) Lstm(Tensor projected, Tensor hidden, Tensor cell, Tensor weight, Tensor? bias)
    {
        var gates = Gates(projected + Functional.Linear(hidden, weight, bias), 4);
        var next = gates[1].Sigmoid() * cell + gates[0].Sigmoid() * gates[2].Tanh();
        return (gates[3].Sigmoid() * next.Tanh(), next);
    }

    /// <summary>Gates in the rows of the weights: reset, update, new. n = tanh(xₙ + r·(Wₙ·h + bₙ)), h' = (1 − z)·n + z·h.</summary>
    public static Tensor Gru(Tensor projected, Tensor hidden, Tensor weight, Tensor? bias)
    {
        var (x, h) = (Gates(projected, 3), Gates(Functional.Linear(hidden, weight, bias), 3));
        var (reset, update) = ((x[0] + h[0]).Sigmoid(), (x[1] + h[1]).Sigmoid());
        var candidate = (x[2] + reset * h[2]).Tanh();
        return candidate + update * (hidden - candidate);
    }

    private static Tensor[] Gates(Tensor all, int count)
    {
        var size = all.Shape[^1].Value / count;
        return [.. Enumerable.Range(0, count).Select(i => all.Narrow(-1, i * size, size))];
    }
}
