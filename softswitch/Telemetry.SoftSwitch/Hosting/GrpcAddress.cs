namespace Telemetry.SoftSwitch.Hosting;

/// <summary>Where a gRPC server listens.</summary>
/// <param name="Host">An IP address, or "localhost".</param>
/// <param name="Port">TCP port, 0 to 65535; 0 takes a free one.</param>
public sealed record GrpcAddress(string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
