namespace GraphForge.Tracing;

/// <summary>
/// The drawing of a model's initial values, one tensor after the other on a thread of its own, while the model is written down:
/// a graph needs none of them. Who reads or sets a tensor's values meanwhile waits.
/// </summary>
internal readonly struct InitialValues : IDisposable
{
    private readonly Task _drawn;

    private InitialValues(Task drawn) => _drawn = drawn;

    /// <summary>Begins to draw; every tensor has its storage at once.</summary>
    /// <param name="tensors">Those without values, each with the number of its random stream.</param>
    /// <param name="seed">Of all streams.</param>
    public static InitialValues Draw(IReadOnlyList<(StoredTensor Tensor, int Stream)> tensors, long seed)
    {
        if (tensors.Count == 0) return new InitialValues(Task.CompletedTask);
        foreach (var (tensor, _) in tensors) tensor.Allocate();
        var drawn = new Task(() => DrawAll(tensors, seed));
        foreach (var (tensor, _) in tensors) tensor.Drawing = drawn;
        drawn.Start(TaskScheduler.Default);
        return new InitialValues(drawn);
    }

    /// <summary>Waits for the values, and throws what an initializer threw.</summary>
    public void Dispose() => _drawn.GetAwaiter().GetResult();

    private static void DrawAll(IReadOnlyList<(StoredTensor Tensor, int Stream)> tensors, long seed)
    {
        var done = 0;
        try
        {
            for (; done < tensors.Count; done++)
            {
                tensors[done].Tensor.Draw(seed, tensors[done].Stream);
                tensors[done].Tensor.Drawing = null;
            }
        }
        finally
        {
            foreach (var (tensor, _) in tensors.Skip(done)) tensor.Discard();
        }
    }
}
