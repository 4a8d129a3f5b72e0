using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Tracing;

/// <summary>A trace for people: a line a message, and below it what it holds, by the names of the program that was pushed or read.</summary>
public sealed class TextTrace : ITraceSink, IDisposable
{
    private readonly TextWriter _out;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, P4InfoIndex> _programs = [];
    private readonly Dictionary<(string, int), long> _began = [];
    private P4InfoIndex _last = new(new P4.Config.V1.P4Info());

    /// <summary>Writes to a writer, which is disposed with the trace.</summary>
    /// <param name="writer">Gets the lines.</param>
    /// <param name="program">Names of a program that was there before the trace began; null where there was none.</param>
    public TextTrace(TextWriter writer, P4InfoIndex? program = null)
    {
        _out = writer;
        if (program is not null)
        {
            _last = program;
        }
    }

    /// <inheritdoc/>
    public void Write(TraceRecord record)
    {
        lock (_gate)
        {
            string method = record.Method[(record.Method.LastIndexOf('/') + 1)..];
            bool up = record.Direction == TraceDirection.ToSwitch;
            if (record.Message is { } bytes)
            {
                _began.TryAdd((record.Peer, record.Call), record.TimeNs);
                string text;
                try
                {
                    text = Describe(record.Peer, method, up, bytes.Span);
                }
                catch (Exception fault) when (fault is InvalidProtocolBufferException or P4InfoException)
                {
                    text = $"{bytes.Length} bytes that are no message: {fault.Message}";
                }

                Line(record, $"{(up ? "->" : "<-")} {method} {text}");
            }
            else if (record.Status is { } status)
            {
                string took = _began.Remove((record.Peer, record.Call), out long began)
                    ? string.Create(CultureInfo.InvariantCulture, $" after {(record.TimeNs - began) / 1e6:0.###} ms") : "";
                Line(record, $"<- {method} ends {status.StatusCode}{(status.Detail.Length > 0 ? $": {status.Detail}" : "")}{took}{Details(record)}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _out.Dispose();

    private void Line(TraceRecord record, string text)
    {
        DateTimeOffset at = DateTimeOffset.UnixEpoch.AddTicks(record.TimeNs / 100);
        _out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{at:HH:mm:ss.fffffff} {record.Peer} #{record.Call} {text.Replace("\n", "\n    ", StringComparison.Ordinal)}"));
    }

    private string Describe(string peer, string method, bool up, ReadOnlySpan<byte> bytes)
    {
        P4InfoIndex program = _programs.GetValueOrDefault(peer, _last);
        switch (method, up)
        {
            case ("Write", true):
                WriteRequest write = WriteRequest.Parser.ParseFrom(bytes);
                return $"{write.Updates.Count} update(s){string.Concat(write.Updates.Select(u => $"\n{EntityText.Describe(program, u)}"))}";
            case ("Read", true):
                return string.Join(", ", ReadRequest.Parser.ParseFrom(bytes).Entities.Select(e => EntityText.Describe(program, e)));
            case ("Read", false):
                ReadResponse read = ReadResponse.Parser.ParseFrom(bytes);
                return $"{read.Entities.Count} entit{(read.Entities.Count == 1 ? "y" : "ies")}{string.Concat(read.Entities.Select(e => $"\n{EntityText.Describe(program, e)}"))}";
            case ("SetForwardingPipelineConfig", true):
                SetForwardingPipelineConfigRequest set = SetForwardingPipelineConfigRequest.Parser.ParseFrom(bytes);
                Learn(peer, set.Config);
                return $"{set.Action} {Describe(set.Config)}";
            case ("GetForwardingPipelineConfig", true):
                return GetForwardingPipelineConfigRequest.Parser.ParseFrom(bytes).ResponseType.ToString();
            case ("GetForwardingPipelineConfig", false):
                GetForwardingPipelineConfigResponse got = GetForwardingPipelineConfigResponse.Parser.ParseFrom(bytes);
                Learn(peer, got.Config);
                return Describe(got.Config);
            case ("StreamChannel", true):
                return Describe(program, StreamMessageRequest.Parser.ParseFrom(bytes));
            case ("StreamChannel", false):
                return Describe(program, StreamMessageResponse.Parser.ParseFrom(bytes));
            case ("Capabilities", false):
                return CapabilitiesResponse.Parser.ParseFrom(bytes).P4RuntimeApiVersion;
            default:
                return bytes.IsEmpty ? "" : $"{bytes.Length} bytes";
        }
    }

    private void Learn(string peer, ForwardingPipelineConfig? config)
    {
        if (config?.P4Info is { } info)
        {
            _programs[peer] = _last = new P4InfoIndex(info); // one switch may have several connections
        }
    }

    private static string Describe(ForwardingPipelineConfig? config) => config is null
        ? "no config"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{config.P4Info?.Tables.Count ?? 0} tables, {config.P4DeviceConfig.Length} bytes, cookie 0x{config.Cookie?.Cookie_ ?? 0:x}");

    private static string Describe(P4InfoIndex program, StreamMessageRequest message) => message.UpdateCase switch
    {
        StreamMessageRequest.UpdateOneofCase.Arbitration => $"arbitration: device {message.Arbitration.DeviceId}{Role(message.Arbitration)}, election id {Id(message.Arbitration.ElectionId)}",
        StreamMessageRequest.UpdateOneofCase.Packet => $"packet-out{Metadata(program, "packet_out", message.Packet.Metadata)} {Frame(message.Packet.Payload)}",
        StreamMessageRequest.UpdateOneofCase.DigestAck => $"ack of digest list {message.DigestAck.ListId}",
        _ => message.UpdateCase.ToString(),
    };

    private static string Describe(P4InfoIndex program, StreamMessageResponse message)
    {
        switch (message.UpdateCase)
        {
            case StreamMessageResponse.UpdateOneofCase.Arbitration:
                return $"arbitration: {(StatusCode)(message.Arbitration.Status?.Code ?? 0)}{Role(message.Arbitration)}, primary's election id {Id(message.Arbitration.ElectionId)}";
            case StreamMessageResponse.UpdateOneofCase.Packet:
                return $"packet-in{Metadata(program, "packet_in", message.Packet.Metadata)} {Frame(message.Packet.Payload)}";
            case StreamMessageResponse.UpdateOneofCase.Digest:
                DigestInfo? digest = program.Digests.TryGet(message.Digest.DigestId, out DigestInfo? found) ? found : null;
                return $"digest {digest?.Name ?? $"{message.Digest.DigestId}"} list {message.Digest.ListId}"
                    + string.Concat(message.Digest.Data.Select(d => $"\n{P4DataText.Format(d, digest?.Source.TypeSpec, program.Info.TypeInfo)}"));
            case StreamMessageResponse.UpdateOneofCase.IdleTimeoutNotification:
                return "idle entries" + string.Concat(
                    message.IdleTimeoutNotification.TableEntry.Select(e => $"\n{EntityText.Describe(program, new Entity { TableEntry = e })}"));
            case StreamMessageResponse.UpdateOneofCase.Error:
                return $"error {(StatusCode)message.Error.CanonicalCode}: {message.Error.Message}";
            default:
                return message.UpdateCase.ToString();
        }
    }

    private static string Role(MasterArbitrationUpdate update) => update.Role is { Name.Length: > 0 } role ? $", role {role.Name}" : "";

    private static string Id(Uint128? id) => id is null ? "none" : new UInt128(id.High, id.Low).ToString(CultureInfo.InvariantCulture);

    private static string Metadata(P4InfoIndex program, string header, IEnumerable<PacketMetadata> metadata)
    {
        program.PacketMetadata.TryGet(header, out PacketMetadataInfo? info);
        return string.Concat(metadata.Select(m => info is not null && info.Fields.TryGet(m.MetadataId, out FieldInfo? field)
            ? $" {field.Name}={field.Format(m.Value)}"
            : $" {m.MetadataId}={CanonicalBytes.Show(m.Value.Span)}"));
    }

    private static string Frame(ByteString payload) =>
        $"{payload.Length} bytes {Convert.ToHexStringLower(payload.Span[..Math.Min(payload.Length, 54)])}{(payload.Length > 54 ? ".." : "")}";

    private static string Details(TraceRecord record)
    {
        if (record.Details is not { } bytes)
        {
            return "";
        }

        try
        {
            Google.Rpc.Status status = Google.Rpc.Status.Parser.ParseFrom(bytes.Span);
            return string.Concat(status.Details.Select((d, i) => d.TryUnpack(out Error error) && error.CanonicalCode != 0
                ? $"\nupdate {i}: {(StatusCode)error.CanonicalCode}: {error.Message}" : ""));
        }
        catch (InvalidProtocolBufferException)
        {
            return "";
        }
    }
}
