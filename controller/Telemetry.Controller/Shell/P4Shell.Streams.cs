using System.Globalization;
using System.Text.Json.Nodes;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Shell;

/// <summary>Packets, digests and idle timeouts.</summary>
public sealed partial class P4Shell
{
    private void AddStreams()
    {
        Add("packets", "[--count N] [--seconds N]", "Packets that the switch sends to its controller, as they come", ShellArgument.Nothing, PacketsAsync);
        Add("send", "FIELD=VALUE... HEX [--count N]", "Send a packet out of the switch: packet-out fields, then the frame in hexadecimal", ShellArgument.Packet, SendAsync);
        Add("digests", "[NAME] [--count N] [--seconds N]", "Samples of digests as they come; sets the digest if it is not", ShellArgument.Digest, DigestsAsync);
        Add("idle", "[--count N] [--seconds N]", "Table entries that were idle for their timeout, as the switch tells", ShellArgument.Nothing, IdleAsync);
    }

    private async Task PacketsAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (IsDry(line))
        {
            output.WriteLine($"would claim election id {_electionId} and show the packets that come");
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        if (!RunningIndex(writer).PacketMetadata.TryGet("packet_in", out _))
        {
            throw new ShellException("packets: the program has no packet_in header, so the switch sends none");
        }

        using StreamSubscription<ReceivedPacket> packets = writer.SubscribePackets();
        await FollowAsync(line, output, packets, packet =>
        {
            string fields = string.Join(' ', packet.Metadata.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key}={m.Value}")));
            return (
                $"{fields} {packet.Payload.Length} bytes {Convert.ToHexStringLower(packet.Payload.Span)}",
                new JsonObject
                {
                    ["metadata"] = new JsonObject(packet.Metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
                    ["payload"] = Convert.ToHexStringLower(packet.Payload.Span),
                });
        }, cancellation).ConfigureAwait(false);
    }

    private async Task SendAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        List<(string Name, P4Value Value)> fields = [];
        string hex = "";
        foreach (string word in line.Words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                fields.Add((word[..equals], word[(equals + 1)..]));
            }
            else
            {
                hex += word.StartsWith("0x", StringComparison.Ordinal) ? word[2..] : word;
            }
        }

        byte[] frame;
        try
        {
            frame = Convert.FromHexString(hex.Replace(":", "", StringComparison.Ordinal));
        }
        catch (FormatException)
        {
            throw new ShellException($"send: '{hex}' is no frame; expected pairs of hexadecimal digits");
        }

        if (frame.Length == 0)
        {
            throw new ShellException("send: expected a frame in hexadecimal, after the packet-out fields");
        }

        P4InfoIndex index = (await ProgramAsync(cancellation).ConfigureAwait(false)).Index;
        if (!index.PacketMetadata.TryGet("packet_out", out PacketMetadataInfo? header))
        {
            throw new ShellException("send: the program has no packet_out header, so the switch takes no packets");
        }

        header.PacketOut(Google.Protobuf.ByteString.CopyFrom(frame), [.. fields]);
        int count = (int)(line.Number("--count") ?? 1);
        if (IsDry(line))
        {
            output.WriteLine($"would send {count} packet(s) of {frame.Length} bytes with {string.Join(' ', header.Fields.Select(f => $"{f.Name}={fields.LastOrDefault(g => g.Name == f.Name) switch { (null, _) => "0", var given => given.Value.ToString() }}"))}");
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        using StreamSubscription<StreamFault> faults = writer.SubscribeFaults();
        for (int i = 0; i < count; i++)
        {
            while (!writer.TrySend(frame, [.. fields]))
            {
                if (writer.State != P4SwitchState.Primary)
                {
                    throw new ShellException("send: this client is no longer primary");
                }

                await InlineDelay.WaitAsync(TimeSpan.FromMilliseconds(1), _options.Time, cancellation).ConfigureAwait(false); // the buffer is full
            }
        }

        // A refusal comes on the stream, after this call's own answer; a call through the same connection orders them.
        await writer.ReadApiVersionAsync(cancellation).ConfigureAwait(false);
        await InlineDelay.WaitAsync(TimeSpan.FromMilliseconds(100), _options.Time, cancellation).ConfigureAwait(false);
        if (faults.TryRead(out StreamFault? fault))
        {
            throw new ShellException($"send: the switch refused it: {fault.Code}: {fault.Message}");
        }

        output.WriteLine($"sent {count} packet(s) of {frame.Length} bytes");
    }

    private async Task DigestsAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        P4InfoIndex index = (await ProgramAsync(cancellation).ConfigureAwait(false)).Index;
        string[] names = line.Rest.Length > 0 ? [index.Digests.Get(line.Rest).Name] : [.. index.Digests.Select(d => d.Name)];
        if (names.Length == 0)
        {
            throw new ShellException("digests: the program has none");
        }

        if (IsDry(line))
        {
            output.WriteLine($"would set digest {string.Join(", ", names)} where it is not, and show its samples");
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        using StreamSubscription<ReceivedDigest> lists = writer.SubscribeDigests(line.Rest.Length > 0 ? names[0] : null);
        foreach (string name in names)
        {
            try
            {
                await writer.WriteAsync([P4Update.Insert(writer.RunningProgram().Bind(new DigestSpec(name, 1)))], cancellation).ConfigureAwait(false);
            }
            catch (P4Runtime.Errors.P4RuntimeException fault)
                when (fault.UpdateErrors.Count > 0 && fault.UpdateErrors.All(e => e.Code == Grpc.Core.StatusCode.AlreadyExists))
            {
                continue; // somebody has set it, as they want it
            }
        }

        await FollowAsync(line, output, lists, list => (
            string.Join('\n', list.Samples.Select(s => $"{list.Digest} {string.Join(' ', s.Select(m => m.Name.Length == 0 ? m.Value : $"{m.Name}={m.Value}"))}")),
            new JsonObject
            {
                ["digest"] = list.Digest,
                ["list"] = list.ListId,
                ["timestamp_ns"] = list.TimestampNs,
                ["samples"] = new JsonArray([.. list.Samples.Select(s => new JsonObject(s.Select(m => KeyValuePair.Create(m.Name, (JsonNode?)m.Value))))]),
            }), cancellation).ConfigureAwait(false);
    }

    private async Task IdleAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (IsDry(line))
        {
            output.WriteLine($"would claim election id {_electionId} and show the entries that are idle");
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        using StreamSubscription<IdleEntries> idle = writer.SubscribeIdleEntries();
        await FollowAsync(line, output, idle, entries => (
            string.Join('\n', entries.Entries.Select(e => $"idle: {e.Text}")),
            new JsonObject
            {
                ["timestamp_ns"] = entries.TimestampNs,
                ["entries"] = new JsonArray([.. entries.Entries.Select(e => JsonValue.Create(e.Text))]),
            }), cancellation).ConfigureAwait(false);
    }

    private async Task FollowAsync<T>(
        ShellLine line, TextWriter output, StreamSubscription<T> messages, Func<T, (string Text, JsonNode Json)> show, CancellationToken cancellation)
        where T : class
    {
        double most = line.Number("--count") ?? double.PositiveInfinity;
        using CancellationTokenSource end = line.Number("--seconds") is { } seconds ? new(TimeSpan.FromSeconds(seconds), _options.Time) : new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        long shown = 0;
        try
        {
            await foreach (T message in messages.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                (string text, JsonNode json) = show(message);
                if (IsJson(line))
                {
                    WriteJsonLine(output, json);
                }
                else
                {
                    output.WriteLine(text);
                }

                if (++shown >= most)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // the seconds are over
        }

        if (messages.Dropped > 0)
        {
            output.WriteLine($"{messages.Dropped} dropped: they came faster than they could be shown");
        }
    }

    private static P4InfoIndex RunningIndex(P4Switch client) => client.RunningProgram().Index;
}
