namespace GraphForge.Layers;

/// <summary>A layer without state that applies one function; <see cref="Functional"/> has the function itself.</summary>
public abstract class Activation : Module
{
    public sealed override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Apply(input);
    }

    protected abstract Tensor Apply(Tensor input);
}
