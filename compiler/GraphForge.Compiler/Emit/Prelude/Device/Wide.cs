/// <summary>Four neighbours in memory, which are read and written at once.</summary>
internal struct Four<T> where T : unmanaged
{
    public T E0, E1, E2, E3;
}

internal static class Wide
{
    public static Four<T> Of<T>(T e0, T e1, T e2, T e3) where T : unmanaged
    {
        Four<T> four;
        four.E0 = e0;
        four.E1 = e1;
        four.E2 = e2;
        four.E3 = e3;
        return four;
    }
}
