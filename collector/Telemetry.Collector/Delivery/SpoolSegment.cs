using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// One file of a spool. A record is its length (4 bytes), the CRC-32C of the message (4 bytes), both little-endian, and
/// one SpoolRecord; the first record of a file has no batch but the state at that point. Not thread-safe.
/// </summary>
internal sealed class SpoolSegment : IDisposable
{
    private const int HeaderSize = 8;
    private const int MaxRecord = 1 << 28;

    private readonly List<Place> _records = [];
    private FileStream? _stream;

    private SpoolSegment(string path, long number)
    {
        Path = path;
        Number = number;
    }

    /// <summary>File name without a directory: 20 digits, so that names sort like numbers.</summary>
    public static string FileName(long number) => number.ToString("D20", CultureInfo.InvariantCulture) + ".spool";

    public string Path { get; }

    public long Number { get; }

    public long Bytes { get; private set; }

    public int Batches => _records.Count;

    /// <summary>Sequence of the last batch in it; 0 when it holds none.</summary>
    public ulong LastSequence => _records.Count == 0 ? 0 : _records[^1].Sequence;

    /// <summary>Starts a new file.</summary>
    public static SpoolSegment Create(string directory, long number, SpoolRecord state)
    {
        SpoolSegment segment = new(System.IO.Path.Combine(directory, FileName(number)), number);
        segment._stream = new FileStream(segment.Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        segment.Append(state, sync: false);
        return segment;
    }

    /// <summary>
    /// Opens a file of an earlier incarnation. What follows the first record that is cut off or damaged is removed, so
    /// that later records are never mistaken for it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="number">Its number.</param>
    /// <param name="record">Called with every whole record.</param>
    /// <param name="cutBytes">Receives how many bytes were removed.</param>
    public static SpoolSegment Open(string path, long number, Action<SpoolRecord> record, out long cutBytes)
    {
        SpoolSegment segment = new(path, number);
        FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        segment._stream = stream;
        long length = stream.Length;
        while (segment.TryReadAt(segment.Bytes, length, out SpoolRecord? found, out int size))
        {
            if (found.Batch is { } batch)
            {
                segment._records.Add(new Place(batch.Sequence, segment.Bytes));
            }

            segment.Bytes += size;
            record(found);
        }

        cutBytes = length - segment.Bytes;
        if (cutBytes > 0)
        {
            stream.SetLength(segment.Bytes);
        }

        return segment;
    }

    /// <summary>Appends a record in one write, so that a killed process leaves it whole or cut off at the end.</summary>
    /// <exception cref="IOException">The disk is full or gone; the file is as it was before.</exception>
    public void Append(SpoolRecord record, bool sync)
    {
        int size = record.CalculateSize();
        byte[] bytes = new byte[HeaderSize + size];
        record.WriteTo(bytes.AsSpan(HeaderSize));
        BinaryPrimitives.WriteInt32LittleEndian(bytes, size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Checksum(bytes.AsSpan(HeaderSize)));
        FileStream stream = _stream ?? throw new ObjectDisposedException(Path);
        try
        {
            stream.Position = Bytes;
            stream.Write(bytes);
            stream.Flush(flushToDisk: sync);
        }
        catch (IOException)
        {
            stream.SetLength(Bytes);
            throw;
        }

        if (record.Batch is { } batch)
        {
            _records.Add(new Place(batch.Sequence, Bytes));
        }

        Bytes += bytes.Length;
    }

    /// <summary>The oldest batch above a sequence; null when there is none here.</summary>
    /// <exception cref="IOException">The file changed under us.</exception>
    public Batch? ReadAfter(ulong after)
    {
        if (LastSequence <= after)
        {
            return null;
        }

        int low = 0;
        int high = _records.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _records[middle].Sequence > after ? (low, middle) : (middle + 1, high);
        }

        return TryReadAt(_records[low].Offset, Bytes, out SpoolRecord? record, out _) && record.Batch is { } batch
            ? batch
            : throw new IOException($"{Path}: the record at byte {_records[low].Offset} is damaged");
    }

    /// <summary>How many of its batches are above a sequence.</summary>
    public int CountAfter(ulong after) => _records.Count(place => place.Sequence > after);

    /// <summary>Forces everything to the disk.</summary>
    public void Sync() => _stream?.Flush(flushToDisk: true);

    /// <summary>Closes and removes the file.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(Path);
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private bool TryReadAt(long offset, long end, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SpoolRecord? record, out int size)
    {
        record = null;
        size = 0;
        FileStream stream = _stream ?? throw new ObjectDisposedException(Path);
        Span<byte> header = stackalloc byte[HeaderSize];
        stream.Position = offset;
        if (end - offset < HeaderSize || stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        // A tail of zeros, as file systems leave it after a power cut, is no record although its checksum would hold.
        if (length is <= 0 or > MaxRecord || end - offset - HeaderSize < length)
        {
            return false;
        }

        byte[] bytes = new byte[length];
        if (stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false) < length
            || Checksum(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))
        {
            return false;
        }

        try
        {
            record = SpoolRecord.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return false; // the checksum holds, so another program wrote it: as good as damaged
        }

        size = HeaderSize + length;
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte last in bytes)
        {
            crc = BitOperations.Crc32C(crc, last);
        }

        return ~crc;
    }

    private readonly record struct Place(ulong Sequence, long Offset);
}
