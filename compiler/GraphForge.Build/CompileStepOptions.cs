namespace GraphForge.Build;

/// <summary>What the targets hand to the compile step.</summary>
/// <param name="Assembly">The assembly with the project's models.</param>
/// <param name="References">A file with a line for each assembly it may need.</param>
/// <param name="Output">The folder for generated files; what else is in it is removed.</param>
/// <param name="RootNamespace">Namespace of models that name none.</param>
internal sealed record CompileStepOptions(string Assembly, string References, string Output, string RootNamespace)
{
    /// <exception cref="ArgumentException">Not one value for each option: the targets are of another version.</exception>
    public static CompileStepOptions Parse(string[] args)
    {
        return new CompileStepOptions(Value("--assembly"), Value("--references"), Value("--output"), Value("--namespace"));

        string Value(string option) => Array.IndexOf(args, option) is var index and >= 0 && index + 1 < args.Length
            ? args[index + 1]
            : throw new ArgumentException($"The compile step needs {option} and a value behind it.");
    }
}
