using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>
/// body(x) + shortcut(x), the input itself without a shortcut (He et al. 2016). In a forward function of one's own it is plain
/// addition: <c>_body.Forward(x) + x</c>.
/// </summary>
/// <param name="body">What the shortcut goes around.</param>
/// <param name="shortcut">Brings the input to the body's output shape; null where that is its own.</param>
public sealed class Residual(Module body, Module? shortcut = null) : Module
{
    private readonly Module _body = body;
    private readonly Module? _shortcut = shortcut;

    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        var (output, passed) = (_body.Forward(input), _shortcut is null ? input : _shortcut.Forward(input));
        if (output.Shape != passed.Shape)
            throw Error(ErrorCode.ShapeMismatch, $"adds its body's output {output.Shape} to {passed.Shape} from its shortcut; " +
                "give a shortcut that yields the body's shape, such as a convolution of kernel 1 with its stride.");
        return output + passed;
    }
}
