using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>
/// The Mamba block (Gu and Dao 2023): a gated, causally convolved input drives a selective state space, in time linear in the
/// number of steps. Parameters are named and laid out as mamba_ssm's.
/// </summary>
public sealed class Mamba : Module
{
    private readonly int _dState;
    private readonly int _dConv;
    private readonly int _dtRank;
    private readonly Linear _inProj;
    private readonly Conv1d _conv1d;
    private readonly Linear _xProj;
    private readonly StepProjection _dtProj;
    private readonly Parameter _aLog;
    private readonly Parameter _d;
    private readonly Linear _outProj;

    /// <param name="dModel">Features of an input and an output.</param>
    /// <param name="dState">Numbers in the state of a channel.</param>
    /// <param name="dConv">Steps that the causal convolution sees.</param>
    /// <param name="expand">Channels within the block, as a multiple of <paramref name="dModel"/>.</param>
    /// <param name="dtRank">Rank of the projection that chooses how far a step goes; null for ⌈dModel / 16⌉.</param>
    /// <param name="dtype">Type of the parameters.</param>
    /// <exception cref="GraphException">A size is less than 1.</exception>
    public Mamba(int dModel, int dState = 16, int dConv = 4, int expand = 2, int? dtRank = null, DType dtype = DType.Float32)
    {
        _dtRank = dtRank ?? (dModel + 15) / 16;
        if (dModel < 1 || dState < 1 || dConv < 1 || expand < 1 || _dtRank < 1)
            throw Error(ErrorCode.BadAttribute,
                $"needs sizes of at least 1 but was given dModel {dModel}, dState {dState}, dConv {dConv}, expand {expand}, dtRank {_dtRank}.");
        (DModel, DInner, _dState, _dConv) = (dModel, expand * dModel, dState, dConv);
        _inProj = new Linear(dModel, 2 * DInner, bias: false, dtype);
        _conv1d = new Conv1d(DInner, DInner, dConv, padding: dConv - 1, groups: DInner, dtype: dtype);
        _xProj = new Linear(DInner, _dtRank + 2 * dState, bias: false, dtype);
        _dtProj = new StepProjection(_dtRank, DInner, dtype);
        // State n of every channel decays at rate n + 1 at first (S4D-Real).
        _aLog = new Parameter((values, _, _) =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = MathF.Log(i % dState + 1);
        }, dtype, DInner, dState);
        _d = new Parameter(Init.Ones, dtype, DInner);
        _outProj = new Linear(DInner, dModel, bias: false, dtype);
    }

    public int DModel { get; }

    /// <summary>Channels within the block.</summary>
    public int DInner { get; }

    /// <summary>[batch, steps, dModel] → [batch, steps, dModel]; step t sees steps 0..t.</summary>
    public override Tensor Forward(Tensor input)
    {
        CheckInput(input, 3, "[batch, steps");
        using var scope = Enter();
        var (x, z) = Halves(_inProj.Forward(input));
        x = Functional.Silu(_conv1d.Forward(x.Transpose(1, 2)).Narrow(-1, 0, input.Shape[1]));
        var (delta, b, c) = Selection(x.Transpose(1, 2));
        var (y, _) = Functional.SelectiveScan(
            x, delta.Transpose(1, 2), Decay, b.Transpose(1, 2), c.Transpose(1, 2), _d, z.Transpose(1, 2), _dtProj.Bias, deltaSoftplus: true);
        return _outProj.Forward(y.Transpose(1, 2));
    }

    /// <summary>One step of decoding: what <see cref="Forward"/> gives for the step after those the state has seen.</summary>
    /// <param name="input">[batch, dModel].</param>
    /// <param name="state">From the step before; <see cref="InitialState"/> at the start.</param>
    /// <returns>[batch, dModel], and the state to hand to the next step.</returns>
    /// <exception cref="GraphException">Shapes do not fit.</exception>
    public (Tensor Output, MambaState State) Step(Tensor input, MambaState state)
    {
        CheckInput(input, 2, "[batch");
        using var scope = Enter();
        var (x, z) = Halves(_inProj.Forward(input));
        var seen = Tensor.Cat([state.Convolution, x.Unsqueeze(-1)], -1);
        x = Functional.Silu((seen * ((Tensor)_conv1d.Weight).Squeeze(1)).Sum(-1) + _conv1d.Bias!);
        var (delta, b, c) = Selection(x);
        delta = Functional.Softplus(delta + _dtProj.Bias);
        var next = (delta.Unsqueeze(-1) * Decay).Exp() * state.StateSpace + (delta * x).Unsqueeze(-1) * b.Unsqueeze(1);
        var y = (next * c.Unsqueeze(1)).Sum(-1) + x * (Tensor)_d;
        return (_outProj.Forward(y * Functional.Silu(z)), new MambaState(seen.Narrow(-1, 1, _dConv - 1), next));
    }

    /// <summary>The state before the first step of <paramref name="batch"/> sequences: zeros.</summary>
    public MambaState InitialState(Dim batch) => new(
        Tensor.Zeros(Shape.Create([batch, DInner, _dConv - 1]), _aLog.DType), Tensor.Zeros(Shape.Create([batch, DInner, _dState]), _aLog.DType));

    protected internal override IEnumerable<KeyValuePair<string, StoredTensor>> NamedTensors() => [new("A_log", _aLog), new("D", _d)];

    private Tensor Decay => -((Tensor)_aLog).Exp();

    private (Tensor X, Tensor Z) Halves(Tensor both) => (both.Narrow(-1, 0, DInner), both.Narrow(-1, DInner, DInner));

    /// <summary>What the input chooses for itself: Δ before its bias, B and C.</summary>
    private (Tensor Delta, Tensor B, Tensor C) Selection(Tensor x)
    {
        var all = _xProj.Forward(x);
        var delta = Functional.Linear(all.Narrow(-1, 0, _dtRank), _dtProj.Weight);
        return (delta, all.Narrow(-1, _dtRank, _dState), all.Narrow(-1, _dtRank + _dState, _dState));
    }

    private void CheckInput(Tensor input, int rank, string axes)
    {
        if (input.Rank != rank || !input.Shape[^1].Is(DModel))
            throw Error(ErrorCode.ShapeMismatch, $"takes {axes}, {DModel}] but was given {input.Shape}.");
    }

    /// <summary>A linear layer whose bias makes softplus(bias) spread from 0.001 to 0.1, evenly in the logarithm.</summary>
    private sealed class StepProjection(int rank, int channels, DType dtype) : Module
    {
        private const double Least = 1e-3, Most = 0.1;

        public Parameter Weight { get; } = new(Init.Uniform(-1 / Math.Sqrt(rank), 1 / Math.Sqrt(rank)), dtype, channels, rank);

        public Parameter Bias { get; } = new((values, _, random) =>
        {
            for (var i = 0; i < values.Length; i++)
            {
                var step = Math.Exp(Math.Log(Least) + random.Uniform(i) * Math.Log(Most / Least));
                // The inverse of softplus.
                values[i] = (float)(step + Math.Log(1 - Math.Exp(-step)));
            }
        }, dtype, channels);
    }
}

/// <summary>What a <see cref="Mamba"/> block remembers between steps of decoding.</summary>
/// <param name="Convolution">The last inputs of the convolution, [batch, channels, dConv − 1].</param>
/// <param name="StateSpace">[batch, channels, states].</param>
public sealed record MambaState(Tensor Convolution, Tensor StateSpace);
