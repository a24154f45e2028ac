using System.Runtime.CompilerServices;
using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>
/// Marks what the package GraphForge.Build compiles while the project is built: a static method without parameters that returns a
/// <see cref="CompiledModel"/>, which becomes a static class with a typed <c>Run</c>; or one that returns a <see cref="Training"/>, which
/// becomes the artifact <c>Name.gfm</c> beside the program. Or a <see cref="Module"/> with a constructor without parameters, compiled
/// for inputs of <see cref="InputShape"/>.
/// </summary>
/// <example>
/// In a file that the project lists as <c>&lt;GraphForgeModel Include="Models.cs" /&gt;</c>:
/// <code>
/// [CompiledModel("DigitClassifier")]
/// public static CompiledModel Digits()
/// {
///     var model = new Sequential(new Flatten(), new Linear(784, 10));
///     StateDict.Load(model, "digits.safetensors");
///     return CompiledModel.Compile(model, [1, 28, 28]);
/// }
/// </code>
/// and in the program: <c>DigitClassifier.Run(image, scores);</c>
/// </example>
/// <param name="name">
/// Name of the class or artifact; for a class, its namespace may stand before it, which is the project's root namespace otherwise.
/// </param>
/// <param name="file">Filled in by the compiler.</param>
/// <param name="line">Filled in by the compiler.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, Inherited = false)]
public sealed class CompiledModelAttribute(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) : Attribute
{
    /// <summary>Name of the class or artifact.</summary>
    public string Name { get; } = name;

    /// <summary>Where it stands.</summary>
    internal SourceLocation Site { get; } = new(file, line);

    /// <summary>Shape of one input, without the batch, of a marked <see cref="Module"/>.</summary>
    public long[] InputShape { get; init; } = [];

    /// <summary>
    /// The extents to compile for, each as <c>"batch=1"</c> or, where more are open, <c>"batch=1, length=128"</c>; see
    /// <see cref="SaveOptions.Bindings"/> for what is compiled where none are given.
    /// </summary>
    public string[] Bindings { get; init; } = [];

    /// <summary>The vector registers to compile for, in bits; the widest that suit the processor are used.</summary>
    public int[] VectorBits { get; init; } = [128, 256, 512];

    /// <summary>Whether an artifact is written in place of a class.</summary>
    public bool AsArtifact { get; init; }
}
