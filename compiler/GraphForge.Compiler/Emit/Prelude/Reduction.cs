internal static unsafe partial class VectorMath
{
    // Across the lanes of one vector, by halves: lane i meets lane i + n/2, then i + n/4, and so on. The order is fixed, so the
    // result is too. NaN wins in Max and Min.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector512<T> v) where T : unmanaged => Sum(v.GetLower() + v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector256<T> v) where T : unmanaged => Sum(v.GetLower() + v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector128<T> v) where T : unmanaged
    {
        v += SwapHalves(v);
        if (sizeof(T) == 4) v += SwapNeighbours(v);
        return v.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Product<T>(Vector512<T> v) where T : unmanaged => Product(v.GetLower() * v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Product<T>(Vector256<T> v) where T : unmanaged => Product(v.GetLower() * v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Product<T>(Vector128<T> v) where T : unmanaged
    {
        v *= SwapHalves(v);
        if (sizeof(T) == 4) v *= SwapNeighbours(v);
        return v.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(Vector512<T> v) where T : unmanaged => Max(Vector256.Max(v.GetLower(), v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(Vector256<T> v) where T : unmanaged => Max(Vector128.Max(v.GetLower(), v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(Vector128<T> v) where T : unmanaged
    {
        v = Vector128.Max(v, SwapHalves(v));
        if (sizeof(T) == 4) v = Vector128.Max(v, SwapNeighbours(v));
        return v.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(Vector512<T> v) where T : unmanaged => Min(Vector256.Min(v.GetLower(), v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(Vector256<T> v) where T : unmanaged => Min(Vector128.Min(v.GetLower(), v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(Vector128<T> v) where T : unmanaged
    {
        v = Vector128.Min(v, SwapHalves(v));
        if (sizeof(T) == 4) v = Vector128.Min(v, SwapNeighbours(v));
        return v.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> SwapHalves<T>(Vector128<T> v) where T : unmanaged =>
        Vector128.Shuffle(v.AsInt64(), Vector128.Create(1L, 0)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> SwapNeighbours<T>(Vector128<T> v) where T : unmanaged =>
        Vector128.Shuffle(v.AsInt32(), Vector128.Create(1, 0, 3, 2)).As<int, T>();
}
