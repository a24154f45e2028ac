using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <content>Selective state spaces.</content>
public static partial class Functional
{
    /// <summary>
    /// The selective scan of Mamba (Gu and Dao 2023, algorithm 2), one loop in the graph however many steps there are:
    /// hₜ = exp(Δₜ·A)·hₜ₋₁ + Δₜ·uₜ·Bₜ, yₜ = Σₙ hₜ·Cₜ + D·uₜ, for every channel a state of n numbers. Arguments stand as in
    /// mamba_ssm's selective_scan_fn.
    /// </summary>
    /// <param name="input">u, [batch, channels, steps].</param>
    /// <param name="delta">Δ, [batch, channels, steps]: how far each step goes.</param>
    /// <param name="a">A, [channels, states]; negative where states shall decay.</param>
    /// <param name="b">B, [batch, states, steps].</param>
    /// <param name="c">C, [batch, states, steps].</param>
    /// <param name="d">D, [channels]; null for no direct way from input to output.</param>
    /// <param name="z">Gate [batch, channels, steps]: the output is multiplied by silu(z); null for none.</param>
    /// <param name="deltaBias">[channels], added to Δ; null for none.</param>
    /// <param name="deltaSoftplus">Whether Δ then passes softplus, which makes it positive.</param>
    /// <param name="initialState">h before the first step, [batch, channels, states]; null for zeros.</param>
    /// <returns>y, [batch, channels, steps], and h after the last step, [batch, channels, states].</returns>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public static (Tensor Output, Tensor LastState) SelectiveScan(
        Tensor input, Tensor delta, Tensor a, Tensor b, Tensor c, Tensor? d = null, Tensor? z = null, Tensor? deltaBias = null,
        bool deltaSoftplus = false, Tensor? initialState = null)
    {
        CheckSelectiveScan(input, delta, a, b, c);
        if (deltaBias is not null) delta += deltaBias.Unsqueeze(-1);
        if (deltaSoftplus) delta = Softplus(delta);
        var state = initialState ?? Tensor.Zeros(Shape.Of([input.Shape[0], .. a.Shape]), input.DType);
        // One gate a step and channel, and what enters: everything wider is made inside the loop.
        Tensor[] steps = [.. new[] { delta, delta * input, b, c }.Select(t => t.Permute(2, 0, 1))];
        var (last, outputs) = Scan([state], steps, (before, step) =>
        {
            var (gap, entering, write, read) = (step[0].Unsqueeze(-1), step[1].Unsqueeze(-1), step[2].Unsqueeze(1), step[3].Unsqueeze(1));
            var next = (gap * a).Exp() * before[0] + entering * write;
            return ([next], [(next * read).Sum(-1)]);
        });
        var output = outputs[0].Permute(1, 2, 0);
        if (d is not null) output += input * d.Unsqueeze(-1);
        return (z is null ? output : output * Silu(z), last[0]);
    }

    private static void CheckSelectiveScan(Tensor input, Tensor delta, Tensor a, Tensor b, Tensor c)
    {
        var fits = input.Rank == 3 && delta.Shape == input.Shape && a.Rank == 2 && a.Shape[0] == input.Shape[1] &&
            b.Shape == Shape.Create([input.Shape[0], a.Shape[1], input.Shape[2]]) && c.Shape == b.Shape;
        if (!fits)
            throw new GraphException(ErrorCode.ShapeMismatch,
                "selective scan takes input and delta [batch, channels, steps], a [channels, states], b and c [batch, states, steps], " +
                $"got {input.Shape}, {delta.Shape}, {a.Shape}, {b.Shape} and {c.Shape}.");
    }
}
