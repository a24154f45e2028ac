/// <summary>Shifts whose number of places is data: outside 0..bits-1 nothing is left but the sign of a right shift.</summary>
internal static class Shifts
{
    public static byte Left(byte a, byte b) => b < 8 ? (byte)(a << b) : (byte)0;

    public static int Left(int a, int b) => b >= 0 && b < 32 ? a << b : 0;

    public static long Left(long a, long b) => b >= 0L && b < 64L ? a << (int)b : 0L;

    public static byte Right(byte a, byte b) => b < 8 ? (byte)(a >> b) : (byte)0;

    public static int Right(int a, int b) => a >> (b >= 0 && b < 32 ? b : 31);

    public static long Right(long a, long b) => a >> (b >= 0L && b < 64L ? (int)b : 63);
}
