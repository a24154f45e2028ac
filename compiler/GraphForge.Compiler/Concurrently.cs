using System.Runtime.ExceptionServices;

namespace GraphForge.Compiler;

/// <summary>Work on items that do not depend on each other, on all cores; nobody can tell it from work in order.</summary>
internal static class Concurrently
{
    /// <summary>The results in the order of the items. Of several exceptions, the first item's is thrown.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> map, CancellationToken cancellationToken = default)
    {
        var results = new TResult[items.Count];
        var failures = new Exception?[items.Count];
        Parallel.For(0, items.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                results[i] = map(items[i]);
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        });
        if (Array.Find(failures, f => f is not null) is { } first) ExceptionDispatchInfo.Throw(first);
        return results;
    }
}
