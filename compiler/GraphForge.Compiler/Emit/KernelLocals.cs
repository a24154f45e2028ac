using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>Names of a kernel's buffers, registers, loop variables and hoisted pointers.</summary>
internal sealed class KernelLocals(int lanes, params string[] reserved)
{
    private readonly Dictionary<LoopBuffer, string> _buffers = [];
    private readonly Dictionary<LoopBuffer, (string Name, bool IsVector)> _registers = [];
    private readonly Dictionary<LoopVar, string> _variables = [];
    private readonly Dictionary<(LoopBuffer Buffer, IndexExpr Base), string> _pointers = [];
    private readonly Dictionary<IndexAtom, string> _atoms = [];

    private readonly Dictionary<LoopBuffer, string> _wide = [];

    public CSharpNames Names { get; } = new(reserved);

    public string Name(LoopBuffer buffer) => _buffers[buffer];

    public string Declare(LoopBuffer buffer) => _buffers[buffer] = Names.Unique(buffer.Name);

    /// <summary>Names the view of a buffer as fours of elements.</summary>
    public string DeclareWide(LoopBuffer buffer) => _wide[buffer] = Names.Unique($"{buffer.Name}Fours");

    public string WideName(LoopBuffer buffer) => _wide[buffer];

    public string Variable(LoopVar variable) =>
        _variables.TryGetValue(variable, out var name) ? name : _variables[variable] = Names.Unique(variable.Name);

    /// <summary>Declares the locals of a register buffer; returns their type and names.</summary>
    public (string Type, IEnumerable<string> Names) DeclareRegister(Allocate allocate)
    {
        var buffer = allocate.Buffer;
        var name = Names.Unique(buffer.Name);
        _registers[buffer] = (name, allocate.IsVector);
        var count = allocate.IsVector ? buffer.Count / lanes : buffer.Count;
        var type = allocate.IsVector ? CpuSimd.VectorName(buffer.Type, buffer.Type.Size() == 8) : ScalarCode.TypeName(buffer.Type);
        return (type, count == 1 ? [name] : Enumerable.Range(0, (int)count).Select(i => $"{name}_{i}"));
    }

    public bool IsRegister(LoopBuffer buffer) => _registers.ContainsKey(buffer);

    public bool IsVectorRegister(LoopBuffer buffer) => _registers.TryGetValue(buffer, out var r) && r.IsVector;

    /// <summary>The local that holds a register element, and the lane within it.</summary>
    public (string Name, long Lane) Register(LoopBuffer buffer, IndexExpr index)
    {
        var (name, isVector) = _registers[buffer];
        if (index.Terms.Any(t => t.Atom is not LoopVar { IsLane: true }))
            throw new InternalCompilerException("emit", $"register {buffer} is indexed by {index}, which is not constant");
        var slot = isVector ? index.Constant / lanes : index.Constant;
        var count = isVector ? buffer.Count / lanes : buffer.Count;
        return (count == 1 ? name : $"{name}_{slot}", isVector ? index.Constant % lanes : 0);
    }

    /// <summary>The local that holds a division or remainder, if one does.</summary>
    public string? AtomName(IndexAtom atom) => _atoms.GetValueOrDefault(atom);

    public string NameAtom(IndexAtom atom)
    {
        var variable = ((IndexExpr)atom).Variables.FirstOrDefault()?.Name ?? "index";
        return _atoms[atom] = Names.Unique($"{variable}{(atom is ModAtom m ? $"Mod{m.Divisor}" : $"Div{((FloorDivAtom)atom).Divisor}")}");
    }

    public void DropAtoms(IEnumerable<IndexAtom> atoms)
    {
        foreach (var atom in atoms) _atoms.Remove(atom);
    }

    /// <summary>Names the address of <paramref name="position"/> in a buffer.</summary>
    public string DeclarePointer(LoopBuffer buffer, IndexExpr position) =>
        _pointers[(buffer, position)] = Names.Unique($"{_buffers[buffer]}At");

    public bool HasPointer(LoopBuffer buffer, IndexExpr position) => _pointers.ContainsKey((buffer, position));

    public void DropPointers(IEnumerable<(LoopBuffer, IndexExpr)> keys)
    {
        foreach (var key in keys) _pointers.Remove(key);
    }

    /// <summary>The name of a buffer, that of a hoisted address into it where there is one, and what remains of the index.</summary>
    public (string Buffer, string? Hoisted, IndexExpr Offset) Place(LoopBuffer buffer, IndexExpr index, LoopVar? innermost)
    {
        if (innermost is not null && PointerBase(index, innermost) is { } position &&
            _pointers.TryGetValue((buffer, position), out var pointer)) return (_buffers[buffer], pointer, index - position);
        return (_buffers[buffer], null, index);
    }

    /// <summary>
    /// The part of an index that stays the same while <paramref name="innermost"/> runs, constants excluded; null where the
    /// variable hides inside a division or nothing would be saved.
    /// </summary>
    public static IndexExpr? PointerBase(IndexExpr index, LoopVar innermost)
    {
        if (!LaneAnalysis.IsAffine(index, innermost)) return null;
        if (index.Terms.Any(t => t.Atom is DataAtom)) return null;
        var position = IndexExpr.Zero;
        foreach (var (atom, coefficient) in index.Terms)
            if (atom != innermost && atom is not LoopVar { IsLane: true }) position += (IndexExpr)atom * coefficient;
        return position.IsConstant ? null : position;
    }
}
