using GraphForge.Compiler.Graph;
using GraphForge.Serialization;
using GraphForge.Tracing;

namespace GraphForge;

/// <summary>
/// A part of a model: a forward function with the parameters and modules it uses. Override <see cref="Forward"/>, or write
/// one of the module's own with other arguments and results, and keep parameters, buffers and modules in fields or
/// properties; they are found there. A member <c>SelfAttn</c> or <c>_selfAttn</c> is named <c>self_attn</c>, as PyTorch
/// would name it, and lists number their items from 0.
/// </summary>
/// <example><code>
/// sealed class Siamese : Module
/// {
///     private readonly Linear _encoder = new(64, 16);
///
///     public Tensor Forward(Tensor left, Tensor right) =&gt; (_encoder.Forward(left) - _encoder.Forward(right)).Square().Sum(-1);
/// }
/// </code></example>
public abstract class Module
{
    protected Module() => Site = SourceLocation.Capture();

    /// <summary>The line of the user's code that made the module.</summary>
    public SourceLocation Site { get; }

    /// <summary>Name within the model that was compiled last, such as <c>encoder.0.fc1</c>; empty for the model itself.</summary>
    public string Path { get; internal set; } = "";

    /// <summary>Whether the graph that is being built is one for training, as dropout needs to know.</summary>
    protected static bool IsTraining => Trace.Current is { IsTraining: true };

    /// <summary>
    /// What the module computes, where that takes one tensor and gives one; what <see cref="Layers.Sequential"/> and the short
    /// forms of compiling call.
    /// </summary>
    /// <exception cref="GraphException">The input does not fit the module, or the module takes other arguments.</exception>
    public virtual Tensor Forward(Tensor input) => throw Error(ErrorCode.BadAttribute,
        "does not make one tensor from one tensor; call a Forward of its own from a module of yours.");

    /// <summary>Every trainable tensor of the module and the modules within, each once; what an optimizer of PyTorch is given.</summary>
    public IEnumerable<Parameter> Parameters() => NamedParameters().Select(p => p.Value);

    /// <summary>Every trainable tensor of the module and the modules within, with its name, each once.</summary>
    public IReadOnlyList<KeyValuePair<string, Parameter>> NamedParameters() => ModuleTree.Of(this).Parameters;

    /// <summary>Every stored tensor that training does not change by gradient, such as running statistics.</summary>
    public IReadOnlyList<KeyValuePair<string, ModuleBuffer>> NamedBuffers() => ModuleTree.Of(this).Buffers;

    /// <summary>The module itself (named "") and all modules within.</summary>
    public IReadOnlyList<KeyValuePair<string, Module>> NamedModules() => ModuleTree.Of(this).Modules;

    /// <summary>
    /// Draws all initial values anew. Compiling does this for values that were neither drawn nor set before; values depend
    /// on <paramref name="seed"/> and the order of the parameters alone.
    /// </summary>
    public void Initialize(long seed = 0) => ModuleTree.Of(this).Initialize(seed);

    /// <summary>
    /// All parameters and buffers under the names PyTorch gives them: the tensors themselves, not copies. One that is held
    /// under two names is listed under both.
    /// </summary>
    /// <exception cref="InvalidOperationException">A tensor has no values yet; see <see cref="Initialize"/>.</exception>
    public StateDict StateDict() => Serialization.StateDict.Of(ModuleTree.AllNames(this)
        .Select(t => KeyValuePair.Create(t.Key, (TensorData)new BufferData(t.Value.Storage))));

    /// <summary>Sets parameters and buffers by name. Programs compiled from the module see it at their next run.</summary>
    /// <param name="state">Such as another module's <see cref="StateDict"/>, or a <see cref="SafetensorsFile"/>.</param>
    /// <param name="strict">Whether the names must be those of the module; else only those both have are loaded.</param>
    /// <returns>The names that were left over; none where loading was strict.</returns>
    /// <exception cref="GraphException">Names or shapes do not fit; all of them are listed, and nothing was changed.</exception>
    public StateLoadResult LoadStateDict(IReadOnlyDictionary<string, TensorData> state, bool strict = true) => StateLoading.Load(
        $"the model {GetType().Name}",
        [.. ModuleTree.AllNames(this).Select(t => new StateTarget(t.Key, t.Value, t.Value.Slot.Type, t.Value.Allocate))], state, strict);

    /// <summary>Modules this one holds, with their names; by default those in fields and properties.</summary>
    protected internal virtual IEnumerable<KeyValuePair<string, Module>> NamedChildren() => ModuleMembers.Of<Module>(this);

    /// <summary>Tensors this one itself holds, with their names; by default those in fields and properties.</summary>
    protected internal virtual IEnumerable<KeyValuePair<string, StoredTensor>> NamedTensors() => ModuleMembers.Of<StoredTensor>(this);

    /// <summary>While open, nodes are attributed to this module, and errors to the line that made it.</summary>
    protected ModuleScope Enter() => ModuleScope.Enter(Path, Site);

    /// <summary><paramref name="shared"/>, which takes the place of a parameter of its shape and type.</summary>
    /// <exception cref="GraphException">It is of another shape or type.</exception>
    protected Parameter Tied(Parameter? own, Parameter shared) => own is null || own.Slot.Type == shared.Slot.Type
        ? shared
        : throw Error(ErrorCode.ShapeMismatch,
            $"has a parameter {own.Slot.Type}, which cannot be tied to one of {shared.Slot.Type}; give both layers the same features.");

    /// <summary>An error of the user that names this module and the line that made it.</summary>
    /// <param name="code">What kind of mistake.</param>
    /// <param name="problem">Continues the module's name, such as "takes [..., 256] but was given [batch, 128]; …".</param>
    protected GraphException Error(ErrorCode code, string problem) => new(code, $"{this} {problem}", Site);

    /// <summary>Type and name: <c>Linear 'fc1'</c>.</summary>
    public override string ToString() => Path.Length == 0 ? GetType().Name : $"{GetType().Name} '{Path}'";
}
