using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>
/// y = matrix · x in vector registers. Two rows that differ in signs alone are the sum and the difference of their common and
/// their opposite part; where there are such columns instead, sums and differences of elements of x come first.
/// </summary>
/// <param name="matrix">The matrix.</param>
/// <param name="lanes">Elements of a register.</param>
internal sealed class LinearCode(Literal matrix, int lanes)
{
    private readonly int _rows = (int)matrix.Type.Shape[0].Value, _columns = (int)matrix.Type.Shape[1].Value;

    /// <param name="lane">The lane variable of the vector loop around.</param>
    /// <param name="x">An element of x, a value in every lane.</param>
    /// <param name="store">Stores an element of y.</param>
    public Statement Build(LoopVar lane, Func<int, Expr> x, Func<int, Expr, Statement> store)
    {
        var registers = new Registers(matrix.Type.DType, lanes, lane);
        var loaded = Enumerable.Range(0, _columns).Select(c => IsUsed(c) ? registers.Put("x", x(c)) : null).ToArray();
        var results = Pairs(_rows, SameButSigns) is { Count: > 0 } rows ? ByRows(registers, loaded, rows) : ByColumns(registers, loaded);
        return Block.Of([.. registers.Statements, .. results.Select((y, r) => store(r, y))]);
    }

    private double At(int row, int column) => matrix[row * _columns + column].AsDouble;

    private bool IsUsed(int column) => Enumerable.Range(0, _rows).Any(r => At(r, column) != 0);

    private bool SameButSigns(int row, int other) => Enumerable.Range(0, _columns).All(c => Math.Abs(At(row, c)) == Math.Abs(At(other, c)));

    private bool ColumnsSameButSigns(int column, int other) => Enumerable.Range(0, _rows).All(r => Math.Abs(At(r, column)) == Math.Abs(At(r, other)));

    /// <summary>Disjoint pairs of a relation.</summary>
    private static Dictionary<int, int> Pairs(int count, Func<int, int, bool> isPair)
    {
        var pairs = new Dictionary<int, int>();
        var free = Enumerable.Range(0, count).ToList();
        while (free.Count > 0)
        {
            var first = free[0];
            free.RemoveAt(0);
            var other = free.FindIndex(o => isPair(first, o));
            if (other < 0) continue;
            pairs[first] = free[other];
            free.RemoveAt(other);
        }
        return pairs;
    }

    private Expr[] ByRows(Registers registers, Expr?[] x, Dictionary<int, int> pairs)
    {
        var y = new Expr[_rows];
        foreach (var (row, other) in pairs)
        {
            var terms = Enumerable.Range(0, _columns).Where(c => At(row, c) != 0).ToLookup(c => At(row, c) == At(other, c));
            var (common, opposite) = (Sum(terms[true]), Sum(terms[false]));
            (y[row], y[other]) = common is null ? (opposite!, new UnaryExpr(UnaryFunction.Negate, opposite!)) : opposite is null ? (common, common)
                : (new BinaryExpr(BinaryFunction.Add, common, opposite), new BinaryExpr(BinaryFunction.Subtract, common, opposite));

            Expr? Sum(IEnumerable<int> columns) => registers.Sum("part", columns.Select(c => (At(row, c), x[c]!)));
        }
        for (var row = 0; row < _rows; row++)
            y[row] ??= registers.Sum("y", Enumerable.Range(0, _columns).Where(c => At(row, c) != 0).Select(c => (At(row, c), x[c]!))) ?? registers.Zero;
        return y;
    }

    private Expr[] ByColumns(Registers registers, Expr?[] x)
    {
        var terms = Enumerable.Range(0, _rows).Select(_ => new List<(double, Expr)>()).ToArray();
        var pairs = Pairs(_columns, ColumnsSameButSigns).Where(p => IsUsed(p.Key)).ToDictionary(p => p.Key, p => p.Value);
        foreach (var (column, other) in pairs)
        {
            var sum = registers.Put("sum", new BinaryExpr(BinaryFunction.Add, x[column]!, x[other]!));
            var difference = registers.Put("difference", new BinaryExpr(BinaryFunction.Subtract, x[column]!, x[other]!));
            foreach (var (row, list) in terms.Index().Where(t => At(t.Index, column) != 0))
                list.Add((At(row, column), At(row, column) == At(row, other) ? sum : difference));
        }
        foreach (var column in Enumerable.Range(0, _columns).Except(pairs.Keys.Concat(pairs.Values)))
            foreach (var (row, list) in terms.Index().Where(t => At(t.Index, column) != 0)) list.Add((At(row, column), x[column]!));
        return terms.Select(t => registers.Sum("y", t) ?? registers.Zero).ToArray();
    }

    /// <summary>Vector registers, each declared where it is first needed.</summary>
    private sealed class Registers(Runtime.DType type, int lanes, LoopVar lane)
    {
        private readonly List<Statement> _statements = [];
        private readonly List<Statement> _declarations = [];

        public IEnumerable<Statement> Statements => _declarations.Concat(_statements);

        public Expr Zero => ConstantExpr.Zero(type);

        public Expr Put(string name, Expr value)
        {
            var register = new LoopBuffer(name, type, lanes);
            _declarations.Add(new Allocate(register, BufferPlace.Register, isVector: true));
            _statements.Add(new Store(register, lane, value));
            return new LoadExpr(register, lane);
        }

        /// <summary>Σ factor · value, begun with a factor of 1 where there is one; null for no terms.</summary>
        public Expr? Sum(string name, IEnumerable<(double Factor, Expr Value)> terms)
        {
            var ordered = terms.OrderBy(t => t.Factor == 1 ? 0 : 1).ToArray();
            if (ordered.Length == 0) return null;
            if (ordered is [(1, var only)]) return only;
            var sum = (LoadExpr)Put(name, Product(ordered[0]));
            foreach (var term in ordered.Skip(1)) _statements.Add(new Store(sum.Buffer, lane, Product(term), ReduceFunction.Sum));
            return sum;
        }

        private Expr Product((double Factor, Expr Value) term) =>
            term.Factor == 1 ? term.Value : new BinaryExpr(BinaryFunction.Multiply, new ConstantExpr(Scalar.Of(type, term.Factor)), term.Value);
    }
}
