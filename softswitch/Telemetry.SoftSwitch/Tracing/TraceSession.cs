namespace Telemetry.SoftSwitch.Tracing;

/// <summary>One reader of a switch's trace. On the loop's thread.</summary>
internal sealed class TraceSession(TraceOptions options, ITraceSink sink, long nowNs)
{
    private double _credit = options.PacketsPerSecond;
    private long _creditNs = nowNs;

    public ITraceSink Sink { get; } = sink;

    public TraceLevel Level { get; } = options.Level;

    public bool TellsPackets => Level <= TraceLevel.Debug || (Level <= TraceLevel.Info && options.DumpBytes > 0);

    public bool Covers(int ingressPort) => options.IngressPort < 0 || options.IngressPort == ingressPort;

    /// <summary>First bytes of a packet from this port that the reader wants to see.</summary>
    public int DumpBytesOf(int ingressPort) => Level <= TraceLevel.Info && Covers(ingressPort) && Sink.HasRoom ? options.DumpBytes : 0;

    /// <summary>True when a packet that begins now is to be told step by step.</summary>
    public bool Accepts(int ingressPort, long nowNs)
    {
        if (Level > TraceLevel.Debug || !Covers(ingressPort))
        {
            return false;
        }

        if (Sink.HasRoom && TakeCredit(nowNs))
        {
            return true;
        }

        Sink.Skip();
        return false;
    }

    private bool TakeCredit(long nowNs)
    {
        if (options.PacketsPerSecond == 0)
        {
            return true;
        }

        _credit = Math.Min(options.PacketsPerSecond, _credit + ((nowNs - _creditNs) * 1e-9 * options.PacketsPerSecond));
        _creditNs = nowNs;
        if (_credit < 1)
        {
            return false;
        }

        _credit--;
        return true;
    }
}
