using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Serialization;

/// <summary>What loading left over, where it was not strict.</summary>
/// <param name="Missing">Names of the model that the state lacks; their tensors are as they were.</param>
/// <param name="Unexpected">Names of the state that the model lacks.</param>
public sealed record StateLoadResult(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected);

/// <summary>Where a tensor with this name is to go.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">The tensor itself; the same object under each name of a shared one.</param>
/// <param name="Type">What it takes.</param>
/// <param name="Memory">Gives the memory to fill, making it where there is none yet.</param>
internal sealed record StateTarget(string Name, object Owner, TensorType Type, Func<StateBuffer> Memory);

/// <summary>Fills tensors from a state: all of them, or, when something does not fit, none.</summary>
internal static class StateLoading
{
    /// <param name="what">What is loaded, for the error: <c>the model Sequential</c>.</param>
    /// <param name="targets">Every name.</param>
    /// <param name="state">The values.</param>
    /// <param name="strict">Whether missing and unexpected names are errors.</param>
    /// <exception cref="GraphException">Something does not fit; the message lists all of it.</exception>
    public static StateLoadResult Load(
        string what, IReadOnlyList<StateTarget> targets, IReadOnlyDictionary<string, TensorData> state, bool strict)
    {
        var found = targets.Where(t => state.ContainsKey(t.Name)).Select(t => (Target: t, Data: state[t.Name])).ToArray();
        // A tensor of several names, as tied weights are, needs only one of them.
        var filled = found.Select(f => f.Target.Owner).ToHashSet();
        var missing = targets.Where(t => !filled.Contains(t.Owner)).Select(t => t.Name).ToArray();
        var unexpected = state.Keys.Except(targets.Select(t => t.Name)).ToArray();
        var problems = found.Where(f => !Fits(f.Target.Type, f.Data))
            .Select(f => $"'{f.Target.Name}' is {f.Target.Type} but the state has {f.Data}").ToList();
        if (strict && unexpected.Length > 0) problems.Insert(0, $"unexpected: {NamedTensors.Names(unexpected)}");
        if (strict && missing.Length > 0) problems.Insert(0, $"missing: {NamedTensors.Names(missing)}");
        if (problems.Count > 0)
            throw new GraphException(ErrorCode.BadData, $"the state does not fit {what}; nothing was loaded.\n  {string.Join("\n  ", problems)}");
        // Read everything before anything changes: a file may turn out to be damaged.
        var values = found.Select(f => Converted(f.Data, f.Target.Type.DType)).ToArray();
        foreach (var ((target, _), bytes) in found.Zip(values)) target.Memory().CopyFromBytes(bytes);
        return new StateLoadResult(missing, unexpected);
    }

    /// <summary>Floats become floats of another width, integers wider integers; nothing else changes its type.</summary>
    private static bool Fits(TensorType type, TensorData data) => type.Shape == data.Shape &&
        (type.DType == data.DType || type.DType.IsFloat() && data.DType.IsFloat() ||
            type.DType.IsInteger() && data.DType.IsInteger() && type.DType > data.DType);

    private static byte[] Converted(TensorData data, DType dtype)
    {
        var bytes = new byte[data.Type.Bytes];
        data.CopyBytes(bytes);
        if (data.DType == dtype) return bytes;
        var (from, to) = (Literal.Of(data.Type, bytes), new Literal(data.Type with { DType = dtype }));
        for (var i = 0; i < from.Count; i++) to[i] = from[i].As(dtype);
        return to.Bytes.ToArray();
    }
}
