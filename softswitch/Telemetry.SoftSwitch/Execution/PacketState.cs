using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>
/// One packet inside a switch: its bytes, its fields as machine words, and what the program asked to be done with it.
/// Pooled: a switch that runs steadily allocates none.
/// </summary>
internal sealed class PacketState
{
    /// <summary>Field words by slot; a header's first word is its validity. Fields above 64 bits take two, low word first.</summary>
    public readonly ulong[] F;

    /// <summary>Varbit contents at fixed offsets; the field's word holds the bytes in use.</summary>
    public readonly byte[] Var;

    /// <summary>The frame as received; the program never writes it.</summary>
    public byte[] Buffer = new byte[2048];

    /// <summary>Bytes of the frame.</summary>
    public int Length;

    /// <summary>Where the parser stopped: the payload's first byte.</summary>
    public int HeaderEnd;

    public int ParserError;
    public bool ChecksumError;
    public bool Exit;

    /// <summary>Clone session asked for; -1 none. The last call wins.</summary>
    public int CloneSession;
    public int CloneFieldList;

    /// <summary>Field list to resubmit or recirculate with; 0 none.</summary>
    public int ResubmitFieldList;
    public int RecirculateFieldList;

    /// <summary>Digest to send to the controller, by the program's number; 0 none.</summary>
    public int Digest;

    /// <summary>Longest frame to send, bytes.</summary>
    public int TruncateTo;

    /// <summary>Length as BMv2 tracks it: added and removed headers count, pushes and assignments do not.</summary>
    public int PacketLength;

    /// <summary>Length at ingress, which counters and meters count.</summary>
    public int IngressLength;

    public int IngressPort;
    public int InstanceType;
    public long IngressNs;
    public long EnqueuedNs;

    /// <summary>Bytes of the deparsed frame.</summary>
    public int FrameLength;

    /// <summary>The pool it came from and goes back to.</summary>
    public PacketPool? Home;

    /// <summary>How many egress clones lie between this packet and a received one.</summary>
    public int CloneDepth;

    /// <summary>Queue priority that a clone session demands; -1 leaves it to the program.</summary>
    public int ClassOfService;

    /// <summary>Who is told what happens to the packet; null for nobody.</summary>
    public PacketTrace? Trace;

    /// <summary>Link in a queue or in the pool.</summary>
    public PacketState? Next;

    public PacketState(int slots, int varBytes)
    {
        F = new ulong[slots];
        Var = new byte[varBytes];
    }

    /// <summary>Forgets the previous packet; bytes are left alone.</summary>
    public void Reset()
    {
        Array.Clear(F);
        HeaderEnd = 0;
        ParserError = 0;
        ChecksumError = false;
        Exit = false;
        ClearRequests();
        PacketLength = 0;
        IngressLength = 0;
        IngressPort = 0;
        InstanceType = 0;
        IngressNs = 0;
        EnqueuedNs = 0;
        CloneDepth = 0;
        ClassOfService = -1;
        Trace = null;
        Next = null;
    }

    /// <summary>Forgets what the program asked for.</summary>
    public void ClearRequests()
    {
        CloneSession = -1;
        CloneFieldList = 0;
        ResubmitFieldList = 0;
        RecirculateFieldList = 0;
        Digest = 0;
        TruncateTo = int.MaxValue;
    }

    /// <summary>The smallest length asked for counts.</summary>
    public void Truncate(ulong length) => TruncateTo = (int)Math.Min(length, (ulong)TruncateTo);

    public void SetFrame(ReadOnlySpan<byte> frame)
    {
        if (Buffer.Length < frame.Length)
        {
            Buffer = new byte[Math.Max(frame.Length, Buffer.Length * 2)];
        }

        frame.CopyTo(Buffer);
        Length = frame.Length;
    }

    /// <summary>Takes over headers, payload and times of another packet, but nothing that its program asked for.</summary>
    public void CopyFrom(PacketState other)
    {
        Array.Copy(other.F, F, F.Length);
        Array.Copy(other.Var, Var, Var.Length);
        SetFrame(other.Buffer.AsSpan(0, other.Length));
        HeaderEnd = other.HeaderEnd;
        PacketLength = other.PacketLength;
        IngressLength = other.IngressLength;
        IngressPort = other.IngressPort;
        IngressNs = other.IngressNs;
        CloneDepth = other.CloneDepth;
        ClassOfService = other.ClassOfService;
    }
}
