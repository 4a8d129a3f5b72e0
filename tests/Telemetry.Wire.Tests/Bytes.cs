namespace Telemetry.Wire.Tests;

/// <summary>Byte arrays for tests.</summary>
internal static class Bytes
{
    /// <summary>Hex digits; blanks are ignored, and everything behind // up to the line's end.</summary>
    public static byte[] Hex(string text) => Convert.FromHexString(string.Concat(
        text.Split('\n').Select(line => line.Split("//")[0]).SelectMany(line => line.Where(c => !char.IsWhiteSpace(c)))));

    /// <summary>A buffer full of 0xA5: bits that a writer forgets show.</summary>
    public static byte[] Dirty(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)0xA5);
        return bytes;
    }
}
