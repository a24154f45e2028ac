using GraphForge.Runtime;
namespace GraphForge;
public sealed partial class Tensor
{
    public Tensor Trunc() => DType.IsFloat() ? Where(this < 0, Ceil(), Floor()) : this;
    public Tensor Fmod(Tensor other)
    {
        var remainder = Where(this < 0, -this, this) % other.Abs();
        return Where(this < 0, -remainder, remainder);
    }
}
