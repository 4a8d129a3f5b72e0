using System.Numerics;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>The smallest and largest value that an expression can have.</summary>
internal readonly record struct Interval(BigInteger Min, BigInteger Max)
{
    public static readonly Interval Bit = new(0, 1);

    public static Interval Unsigned(int width) => new(0, (BigInteger.One << width) - 1);

    public static Interval Signed(int width) => new(-(BigInteger.One << (width - 1)), (BigInteger.One << (width - 1)) - 1);

    public bool IsNonNegative => Min.Sign >= 0;

    public bool FitsIn(Interval other) => Min >= other.Min && Max <= other.Max;

    public Interval Union(Interval other) => new(BigInteger.Min(Min, other.Min), BigInteger.Max(Max, other.Max));

    /// <summary>The hull of a function over the corners, for functions that are monotonic in each argument.</summary>
    public static Interval Corners(Interval a, Interval b, Func<BigInteger, BigInteger, BigInteger> f)
    {
        BigInteger[] corners = [f(a.Min, b.Min), f(a.Min, b.Max), f(a.Max, b.Min), f(a.Max, b.Max)];
        return new Interval(corners.Min(), corners.Max());
    }

    /// <summary>All values whose two's complement needs no more bits than either argument's.</summary>
    public static Interval Bitwise(Interval a, Interval b)
    {
        int bits = (int)Math.Max(Math.Max(a.Min.GetBitLength(), a.Max.GetBitLength()), Math.Max(b.Min.GetBitLength(), b.Max.GetBitLength()));
        return a.IsNonNegative && b.IsNonNegative ? Unsigned(bits) : Signed(bits + 1);
    }
}
