namespace Telemetry.Lab.Fabric;

/// <summary>Where a link's frames arrive.</summary>
internal interface IFrameSink
{
    /// <summary>Takes a frame that has wholly arrived, on the loop's thread; the bytes are the link's again after the call.</summary>
    void Deliver(ReadOnlySpan<byte> frame);
}
