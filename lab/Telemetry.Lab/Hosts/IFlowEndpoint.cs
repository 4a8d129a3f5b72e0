namespace Telemetry.Lab.Hosts;

/// <summary>One end of a flow: gets the frames whose destination port it has.</summary>
internal interface IFlowEndpoint
{
    /// <summary>Takes a checked frame.</summary>
    /// <returns>False when its addresses or ports are not this flow's.</returns>
    bool Receive(in ReceivedFrame frame, long nowNs);
}
