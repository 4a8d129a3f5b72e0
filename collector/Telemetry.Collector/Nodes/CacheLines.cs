using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Telemetry.Collector.Nodes;

/// <summary>
/// Asks the processor for memory that is needed soon (benchmark decode-aggregate-2hop). An address may be stale by the time it is used: that costs time and nothing else.
/// </summary>
internal static class CacheLines
{
    private const int Bytes = 64;

    /// <summary>Asks for the line of an array's element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Ask<T>(ref T wanted)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref wanted));
        }
    }

    /// <summary>Asks for the first lines of an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Ask(object? wanted, int lines)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        // The reference itself is the address: the object is not touched.
        nint at = Unsafe.As<object?, nint>(ref wanted);
        for (int i = 0; i < lines; i++)
        {
            Sse.Prefetch0((void*)(at + (i * Bytes)));
        }
    }
}
