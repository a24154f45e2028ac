using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GraphForge.Runtime.Device;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// A compiled model in one file, <c>.gfm</c>: for inference, or a whole training step with the optimizer's state. Opening checks
/// the file and reads its manifest; <see cref="Load(string, ReadOnlySpan{ValueTuple{string, long}})"/> makes a function ready to run, without a compiler.
/// </summary>
/// <remarks>
/// The file must not be changed in place while the artifact is in use; replacing it by another of the same name, as everything
/// here does, harms nothing. Errors are <see cref="ArtifactException"/>s, and after one nothing has changed.
/// </remarks>
/// <example>
/// Inference:
/// <code>
/// using var artifact = Artifact.Open("digits.gfm", new ArtifactOptions { Trust = Trust.LocalFile });
/// using var run = artifact.Load("infer", ("batch", 1)).Rent();
/// run.Set&lt;float&gt;("input", image);
/// run.Run();
/// run.Get&lt;float&gt;("output", scores);
/// </code>
/// Training goes on where it was saved:
/// <code>
/// var step = artifact.Load("train", ("batch", 64));
/// artifact.SetState&lt;double&gt;("training.learning_rate", [1e-4]);
/// // … Set, Run and Get "loss" of every batch …
/// artifact.Save("digits.gfm");
/// </code>
/// </example>
public sealed class Artifact : IDisposable
{
    private readonly ArtifactFile _file;
    private readonly ArtifactOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Function, string Extents), ArtifactProgram> _programs = [];
    private readonly ConditionalWeakTable<ComputeDevice, Dictionary<(string Function, string Extents), ArtifactProgram>> _devicePrograms = [];
    private ArtifactStates? _states;
    private bool _disposed;

    private Artifact(ArtifactFile file, ArtifactOptions options) => (_file, _options) = (file, options);

    /// <summary>What the artifact says of itself.</summary>
    public ArtifactManifest Manifest => _file.Manifest;

    /// <summary>Whether it carries a signature, be it of somebody trusted or not.</summary>
    public bool IsSigned => _file.Signature is not null;

    /// <summary>
    /// The ECDSA P-256 public key, as PEM text, of who signed the artifact as it is; null where it is not signed, or its signature
    /// does not hold. Anybody can sign with a key of their own: that a signature holds is no reason to trust it, knowing its key is.
    /// </summary>
    public string? SignerKey => _file.Signature is { } signature ? ArtifactSignature.Read(signature)?.SignerOf(_file.ManifestBytes) : null;

    /// <summary>Values of all states, in the order of <see cref="ArtifactManifest.States"/>: those that runs use.</summary>
    /// <exception cref="ArtifactException">The weights are malformed.</exception>
    public IReadOnlyList<StateBuffer> States => OwnStates.Buffers;

    private ArtifactStates OwnStates
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return _states ??= new ArtifactStates(_file);
            }
        }
    }

    /// <summary>Opens a file, which is mapped: processes that open it share its weights in memory.</summary>
    /// <param name="path">The artifact.</param>
    /// <param name="options">Null for the defaults, which load no code.</param>
    /// <exception cref="ArtifactException">The file is missing, no artifact, damaged, or of a format this runtime does not read.</exception>
    public static Artifact Open(string path, ArtifactOptions? options = null) => new(ArtifactFile.Open(ArtifactMemory.Map(path)), options ?? new());

    /// <summary>Opens an artifact in memory, such as a resource of an assembly; the bytes are copied.</summary>
    /// <param name="bytes">A whole artifact.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">Null for the defaults, which load no code.</param>
    /// <exception cref="ArtifactException">The bytes are no artifact, damaged, or of a format this runtime does not read.</exception>
    public static Artifact Open(ReadOnlySpan<byte> bytes, string name = "artifact", ArtifactOptions? options = null) =>
        new(ArtifactFile.Open(ArtifactMemory.Of(bytes, name)), options ?? new());

    /// <summary>Makes a function ready to run: checks plan and kernels, and loads the kernels that suit the processor best.</summary>
    /// <param name="function">Such as <c>infer</c>, <c>train</c> or <c>evaluate</c>; <see cref="ArtifactManifest.Functions"/> lists them.</param>
    /// <param name="extents">
    /// The extent of each symbol; none where the function was compiled for one choice alone. With an
    /// <see cref="ArtifactOptions.Compiler"/>, any that the model allows.
    /// </param>
    /// <exception cref="ArtifactException">
    /// The code is not trusted; there is no such function, or none for these extents; the processor cannot run it; it takes more
    /// memory than there is; or it is malformed.
    /// </exception>
    [RequiresUnreferencedCode("Loads kernels as an assembly; where the program is trimmed, have the model compiled in the build.")]
    [RequiresDynamicCode("Loads kernels as an assembly; with native compilation, have the model compiled in the build.")]
    public ArtifactProgram Load(string function, params ReadOnlySpan<(string Symbol, long Extent)> extents)
    {
        var found = Function(function);
        var chosen = Chosen(found, extents);
        var states = OwnStates;
        lock (_lock)
        {
            var key = Key(function, chosen);
            if (!_programs.TryGetValue(key, out var program)) _programs[key] = program = Make(found, chosen, states);
            return program;
        }
    }

    /// <summary>Makes a function ready to run on a device, which must outlive it: checks plan and kernels, and loads those that suit the device.</summary>
    /// <param name="device">Where it runs; see <see cref="DeviceVariant"/> for what it must have.</param>
    /// <param name="function">Such as <c>infer</c>, <c>train</c> or <c>evaluate</c>.</param>
    /// <param name="extents">The extent of each symbol; none where the function was compiled for one choice alone.</param>
    /// <exception cref="ArtifactException">
    /// The code is not trusted; there is no such function, or none for these extents or such a device; or it is malformed.
    /// </exception>
    /// <exception cref="DeviceException">The device has too little memory, or a kernel cannot be translated for it.</exception>
    public ArtifactProgram Load(ComputeDevice device, string function, params ReadOnlySpan<(string Symbol, long Extent)> extents)
    {
        ArgumentNullException.ThrowIfNull(device);
        var found = Function(function);
        var chosen = Chosen(found, extents);
        var states = OwnStates;
        lock (_lock)
        {
            var programs = _devicePrograms.GetOrCreateValue(device);
            var key = Key(function, chosen);
            if (!programs.TryGetValue(key, out var program))
                programs[key] = program = new ProgramLoading(_file, states, _options).Load(found, Trusted(found, chosen), device);
            return program;
        }
    }

    /// <summary>
    /// Makes a function ready to run with other code than the artifact's, of which nothing is loaded: that of kernels which
    /// were compiled with the application, say. Nobody need be trusted, and trimming and native compilation go well with it.
    /// </summary>
    /// <param name="compiler">Makes the program.</param>
    /// <param name="function">Such as <c>infer</c>, <c>train</c> or <c>evaluate</c>.</param>
    /// <param name="extents">The extent of each symbol; none where the function was compiled for one choice alone.</param>
    /// <exception cref="ArtifactException">There is no such function, an extent is missing or out of bounds, or data is malformed.</exception>
    public ArtifactProgram Load(ArtifactCompiler compiler, string function, params ReadOnlySpan<(string Symbol, long Extent)> extents)
    {
        ArgumentNullException.ThrowIfNull(compiler);
        var found = Function(function);
        return Replaced(compiler, found, Chosen(found, extents), OwnStates);
    }

    /// <summary>The values of one state, which runs use; see <see cref="SetState"/> for changing them.</summary>
    /// <exception cref="ArtifactException">There is no such state, or the weights are malformed.</exception>
    public StateBuffer State(string name)
    {
        for (var i = 0; i < Manifest.States.Count; i++)
            if (Manifest.States[i].Name == name || Manifest.States[i].OtherNames.Contains(name)) return States[i];
        throw NotFound($"there is no state '{name}'; there are {string.Join(", ", Manifest.States.Select(s => $"'{s.Name}'"))}.");
    }

    /// <summary>Changes the values of one state, such as a learning rate, for the runs that follow.</summary>
    /// <param name="name">Name of the state.</param>
    /// <param name="values">All of its elements, row-major.</param>
    /// <exception cref="ArtifactException">There is no such state, or it is of another type or size; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">A run is not over.</exception>
    public void SetState<T>(string name, ReadOnlySpan<T> values) where T : unmanaged
    {
        var state = State(name);
        if (DTypes.Of<T>() != state.Type || values.Length != state.Bytes / state.Type.Size())
            throw new ArtifactException(ArtifactError.BadRunArgument, _file.Memory.Name, $"the state '{name}' is {TensorLayout.Describe(state.Type, state.Dims)}; " +
                $"it was given {values.Length} elements of {TensorLayout.Name(DTypes.Of<T>())}.");
        OwnStates.Enter(writes: true);
        try
        {
            state.CopyFrom(values);
        }
        finally
        {
            OwnStates.Leave(writes: true);
        }
    }

    /// <summary>The plan of one of the compiled programs, to be looked at: it is verified, and no code is loaded.</summary>
    /// <param name="function">One of <see cref="ArtifactManifest.Functions"/>.</param>
    /// <param name="binding">One of its bindings.</param>
    /// <param name="variant">One of the binding's variants, for a processor or a device.</param>
    /// <exception cref="ArtifactException">The plan is malformed or does not fit the manifest.</exception>
    public ExecutionPlan Plan(ArtifactFunction function, ArtifactBinding binding, ProgramVariant variant) =>
        PlanReading.Read(_file, function, binding, variant);

    /// <summary>An entry's content, such as the C# text of kernels.</summary>
    /// <exception cref="ArtifactException">There is no such entry, or it is not what the manifest says.</exception>
    public byte[] Read(string entry) => _file.Read(entry);

    /// <summary>Writes an entry's content to a stream, however large it is; nothing is written before its hash was found to hold.</summary>
    /// <exception cref="ArtifactException">There is no such entry, or it is not what the manifest says.</exception>
    public void CopyTo(string entry, Stream destination) => _file.CopyTo(entry, destination);

    /// <summary>Checks the hash of every entry. Opening and loading check those they read.</summary>
    /// <exception cref="ArtifactException">One does not hold.</exception>
    public void Verify() => _file.VerifyAll();

    /// <summary>Writes the states' present values as a safetensors file, under all names they have.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is on disk.</param>
    /// <exception cref="InvalidOperationException">A run that changes them is not over.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveWeights(string path) => Reading(states =>
    {
        var tensors = Manifest.States.Zip(states.Buffers).SelectMany(s => s.First.OtherNames.Prepend(s.First.Name)
            .Select(name => SafetensorsTensor.Of(name, s.Second)));
        using var file = new AtomicFile();
        file.Write(path, stream => SafetensorsWriter.Write(stream, tensors, metadata: null));
        file.Commit();
    });

    /// <summary>
    /// Writes the artifact with the states' present values. It is another one, and not signed: what was signed were the values
    /// before.
    /// </summary>
    /// <param name="path">
    /// The file; an existing one is replaced once the new one is on disk. It may be the one that is open, except on Windows, which
    /// replaces no file that is mapped.
    /// </param>
    /// <param name="cancellation">Ends the writing; nothing is left of it.</param>
    /// <exception cref="ArtifactException">An entry is damaged.</exception>
    /// <exception cref="InvalidOperationException">A run that changes states is not over.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Save(string path, CancellationToken cancellation = default) => Reading(states =>
    {
        _file.VerifyAll();
        var weights = ArtifactWriter.Weights(Manifest.States.Zip(states.Buffers));
        ArtifactWriter.Write(path, Manifest, [.. _file.Parts().Select(p => p.Name == weights.Name ? weights : p)], cancellation);
    });

    /// <summary>Closes the file. Programs and states that were loaded keep what they need of it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            _file.Dispose();
        }
    }

    private void Reading(Action<ArtifactStates> action)
    {
        var states = OwnStates;
        states.Enter(writes: false);
        try
        {
            action(states);
        }
        finally
        {
            states.Leave(writes: false);
        }
    }

    private static (string, string) Key(string function, IReadOnlyDictionary<string, long> extents) =>
        (function, string.Join(',', extents.OrderBy(e => e.Key, StringComparer.Ordinal)));

    private ArtifactFunction Function(string name) => Manifest.Functions.FirstOrDefault(f => f.Name == name) ?? throw NotFound(
        $"there is no function '{name}'; there are {string.Join(", ", Manifest.Functions.Select(f => $"'{f.Name}'"))}.");

    /// <summary>The extents that were asked for; those of the only binding where none were.</summary>
    private static IReadOnlyDictionary<string, long> Chosen(ArtifactFunction function, ReadOnlySpan<(string Symbol, long Extent)> extents)
    {
        if (extents.IsEmpty && function.Bindings.Count == 1) return function.Bindings[0].Extents;
        var chosen = new Dictionary<string, long>();
        foreach (var (symbol, extent) in extents) chosen[symbol] = extent;
        return chosen;
    }

    [RequiresUnreferencedCode("Loads kernels as an assembly.")]
    [RequiresDynamicCode("Loads kernels as an assembly.")]
    private ArtifactProgram Make(ArtifactFunction function, IReadOnlyDictionary<string, long> extents, ArtifactStates states)
    {
        if (_options.Compiler is { } compiler && (Binding(function, extents) is not { } binding || Refusal is not null || VectorSupport.Find(binding.Variants, _options.MaxVectorBits) is null))
            return Replaced(compiler, function, extents, states);
        return new ProgramLoading(_file, states, _options).Load(function, Trusted(function, extents));
    }

    /// <summary>Why code is not loaded; null where it is.</summary>
    private string? Refusal => _options.Trust.Refusal(_file.ManifestBytes, _file.Signature);

    private static ArtifactBinding? Binding(ArtifactFunction function, IReadOnlyDictionary<string, long> extents) => function.Bindings.FirstOrDefault(
        b => b.Extents.Count == extents.Count && extents.All(e => b.Extents.TryGetValue(e.Key, out var extent) && extent == e.Value));

    /// <summary>The binding that was asked for, whose code may be loaded.</summary>
    private ArtifactBinding Trusted(ArtifactFunction function, IReadOnlyDictionary<string, long> extents)
    {
        if (Binding(function, extents) is not { } binding) throw NotFound($"'{function.Name}' was not compiled for {Described(extents)}; it was for " +
            $"{string.Join("; for ", function.Bindings.Select(b => b.ToString()).DefaultIfEmpty("none"))}. Save the model with the extents that are needed.");
        return Refusal is not { } refusal ? binding : throw new ArtifactException(ArtifactError.NotTrusted, _file.Memory.Name,
            $"its kernels are code and are not loaded, for {refusal}. If it comes from where the program comes from, open it with Trust.LocalFile, or with " +
            "Trust.Signed and the key of who signed it; or have its graph compiled anew, which runs none of its code: ArtifactOptions.Compiler, or " +
            "CompiledModel.Load of the package GraphForge.");
    }

    private ArtifactProgram Replaced(ArtifactCompiler compiler, ArtifactFunction function, IReadOnlyDictionary<string, long> extents, ArtifactStates states)
    {
        foreach (var symbol in Manifest.Symbols.Where(s => function.Inputs.Any(i => i.Dims.Any(d => d.Extent is null && d.Text == s.Name))))
            if (!extents.TryGetValue(symbol.Name, out var extent) || extent < symbol.Minimum || extent > symbol.Maximum)
                throw NotFound($"'{function.Name}' needs an extent {symbol.Name} in {symbol.Minimum}..{symbol.Maximum}; it was given {Described(extents)}.");
        var made = compiler.Compile(this, function, extents, _options.Threads);
        return new ArtifactProgram(function, new ArtifactBinding(extents, made.Checks, []), made.Program, states, _file.Memory.Name) { VectorBits = made.VectorBits };
    }

    private static string Described(IReadOnlyDictionary<string, long> extents) =>
        string.Join(", ", extents.Select(e => $"{e.Key} = {e.Value}").DefaultIfEmpty("no extents"));

    private ArtifactException NotFound(string problem) => new(ArtifactError.NotFound, _file.Memory.Name, problem);
}
