using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>A vector register of keys and one of their positions, of one width.</summary>
internal sealed class SortRegister(string name, DType keyType, int lanes)
{
    private readonly LoopBuffer _key = new($"{name}Key", keyType, lanes), _position = new($"{name}Position", PositionType(keyType), lanes);

    /// <summary>The integer as wide as a key, so that both fill the same lanes.</summary>
    public static DType PositionType(DType keyType) => keyType.Size() == 8 ? DType.Int64 : DType.Int32;

    public IEnumerable<Statement> Allocate() =>
        [new Allocate(_key, BufferPlace.Register, isVector: true), new Allocate(_position, BufferPlace.Register, isVector: true)];

    public IEnumerable<Statement> Load(SortNetwork network, IndexExpr index, IndexExpr lane) =>
    [
        new Store(_key, lane, new LoadExpr(network.Keys, index)),
        new Store(_position, lane, new LoadExpr(network.Positions, index)),
    ];

    public Expr KeyAt(IndexExpr lane) => new LoadExpr(_key, lane);

    public Expr PositionAt(IndexExpr lane) => new LoadExpr(_position, lane);
}
