using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Security;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry devices</c>: the data center's inventory: list, show, add, edit, remove.</summary>
internal static class DevicesCommand
{
    private static readonly string[] s_columns = ["name", "kind", "state", "address", "cluster", "node id", "reach", "entered by"];
    private static readonly Dictionary<string, DeviceKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["switch"] = DeviceKind.Switch,
        ["router"] = DeviceKind.Router,
        ["firewall"] = DeviceKind.Firewall,
        ["host"] = DeviceKind.Host,
        ["exporter"] = DeviceKind.Exporter,
    };

    public static Command Create() => new("devices", "The data center's inventory of switches, routers, firewalls, hosts and exporters")
    {
        List(), Show(), Change("add", "Enter a device"), Change("edit", "Change what is given of a device that was entered"), Remove(),
    };

    private static Command List()
    {
        Option<bool> json = Json();
        return Calling(new Command("list", "All devices with their state") { json }, async (parsed, client, cancellation) =>
        {
            ListDevicesReply reply = await client.ListDevicesAsync(new ListDevicesRequest(), cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                await Console.Out.WriteLineAsync(JsonFormatter.Default.Format(reply)).ConfigureAwait(false);
                return;
            }

            Dictionary<string, Inventory.Types.Device> known = reply.Known.ToDictionary(device => device.Name, StringComparer.Ordinal);
            Dictionary<string, ManagedDevice> managed = reply.Managed.ToDictionary(device => device.Name, StringComparer.Ordinal);
            await TextTable.WriteFirstAsync([s_columns, .. reply.Statuses.Select(Line)], Console.Out).ConfigureAwait(false);
            string[] Line(DeviceStatus status)
            {
                Inventory.Types.Device? device = known.GetValueOrDefault(status.Name);
                ManagedDevice? entered = managed.GetValueOrDefault(status.Name);
                return
                [
                    status.Name, status.Kind.ToString().ToLowerInvariant(), State(status), device?.Address ?? "", device?.Cluster ?? "",
                    device is { NodeId: > 0 } ? device.NodeId.ToString(CultureInfo.InvariantCulture) : "", entered?.Reach ?? "", entered is null ? "" : "operator",
                ];
            }
        });
    }

    private static Command Show()
    {
        Argument<string> name = Name();
        Option<bool> json = Json();
        return Calling(new Command("show", "One device with its interfaces, queues and tables") { name, json }, async (parsed, client, cancellation) =>
        {
            GetDeviceReply reply = await client.GetDeviceAsync(
                new GetDeviceRequest { Name = parsed.GetRequiredValue(name) }, cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                await Console.Out.WriteLineAsync(JsonFormatter.Default.Format(reply)).ConfigureAwait(false);
                return;
            }

            await WriteAsync(reply, Console.Out).ConfigureAwait(false);
        });
    }

    private static Command Change(string verb, string description)
    {
        Argument<string> name = Name();
        Option<string?> kind = new("--kind") { Description = string.Join(", ", s_kinds.Keys), Required = verb == "add" };
        kind.AcceptOnlyFromAmong([.. s_kinds.Keys]);
        Option<string?> address = new("--address") { Description = "IP address" };
        Option<string?> cluster = new("--cluster") { Description = "Cluster that it belongs to" };
        Option<uint?> nodeId = new("--node-id") { Description = "INT node id, of switches and exporters" };
        Option<uint?> layer = new("--layer") { Description = "Where a drawing places it: 0 hosts, 1 leaves, 2 spines" };
        Option<string?> reach = new("--reach") { Description = "How to find out whether it lives: ping, tcp:PORT, or none" };
        return Calling(new Command(verb, description) { name, kind, address, cluster, nodeId, layer, reach }, async (parsed, client, cancellation) =>
        {
            string called = parsed.GetRequiredValue(name);
            ManagedDevice device = new() { Name = called };
            if (verb == "edit")
            {
                GetDeviceReply known = await client.GetDeviceAsync(new GetDeviceRequest { Name = called }, cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
                device = known.Managed ?? device;
            }

            device.Kind = parsed.GetValue(kind) is { } given ? s_kinds[given] : device.Kind;
            device.Address = parsed.GetValue(address) ?? device.Address;
            device.Cluster = parsed.GetValue(cluster) ?? device.Cluster;
            device.NodeId = parsed.GetValue(nodeId) ?? device.NodeId;
            device.Layer = parsed.GetValue(layer) ?? device.Layer;
            device.Reach = parsed.GetValue(reach) is { } way ? (way == "none" ? "" : way) : device.Reach;
            DeviceReply done = verb == "add"
                ? await client.AddDeviceAsync(new AddDeviceRequest { Device = device }, cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false)
                : await client.EditDeviceAsync(new EditDeviceRequest { Device = device }, cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
            await Console.Out.WriteLineAsync(JsonFormatter.Default.Format(done.Device)).ConfigureAwait(false);
        });
    }

    private static Command Remove()
    {
        Argument<string> name = Name();
        return Calling(new Command("remove", "Remove a device that was entered") { name }, async (parsed, client, cancellation) =>
            await client.RemoveDeviceAsync(new RemoveDeviceRequest { Name = parsed.GetRequiredValue(name) }, cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false));
    }

    private static Command Calling(Command command, Func<ParseResult, Devices.DevicesClient, CancellationToken, Task> call)
    {
        Option<string> address = new("--connect") { Description = "HOST:PORT of the data center", DefaultValueFactory = _ => "127.0.0.1:5502" };
        command.Add(address);
        TlsArguments tls = new(command, serves: false);
        command.SetAction(async (parsed, cancellation) =>
        {
            TlsOptions? certificates = tls.Read(parsed);
            using GrpcChannel channel = Channels.Create(TlsArguments.Url(parsed.GetRequiredValue(address), certificates), certificates);
            await call(parsed, new Devices.DevicesClient(channel), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task WriteAsync(GetDeviceReply reply, TextWriter output)
    {
        if (reply.Status is { } status)
        {
            string cpu = status.HasCpuPercent ? string.Create(CultureInfo.InvariantCulture, $", cpu {status.CpuPercent:0.#} %") : "";
            string memory = status.HasMemoryBytes ? string.Create(CultureInfo.InvariantCulture, $", memory {status.MemoryBytes >> 20} MiB") : "";
            await output.WriteLineAsync($"{status.Name}: {status.Kind.ToString().ToLowerInvariant()}, {State(status)}{cpu}{memory}").ConfigureAwait(false);
        }

        if (reply.Managed is { } managed)
        {
            await output.WriteLineAsync($"entered by an operator: {JsonFormatter.Default.Format(managed)}").ConfigureAwait(false);
        }

        if (reply.Detail is not { } detail)
        {
            await output.WriteLineAsync("nobody reads its interfaces and tables").ConfigureAwait(false);
            return;
        }

        if (detail.Fault.Length > 0)
        {
            await output.WriteLineAsync($"not read: {detail.Fault}").ConfigureAwait(false);
        }

        string[] interfaces = ["interface", "rx packets", "rx bytes", "rx errors", "rx drops", "tx packets", "tx bytes", "tx errors", "tx drops"];
        await TableAsync(interfaces, detail.Interfaces.Select(i => Row(i.Name, i.RxPackets, i.RxBytes, i.RxErrors, i.RxDrops, i.TxPackets, i.TxBytes, i.TxErrors, i.TxDrops)), output).ConfigureAwait(false);
        string[] queues = ["queue of", "kind", "packets", "bytes", "drops", "overlimits", "backlog packets", "backlog bytes"];
        await TableAsync(queues, detail.Queues.Select(q => Row(q.Interface, q.Kind, q.Packets, q.Bytes, q.Drops, q.Overlimits, q.BacklogPackets, q.BacklogBytes)), output).ConfigureAwait(false);
        foreach (TableStatistics table in detail.Tables)
        {
            string counted = table.HasPackets ? string.Create(CultureInfo.InvariantCulture, $", {table.Packets} packets, {table.Bytes} bytes") : "";
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"table {table.Name}: {table.Entries} entries{counted}")).ConfigureAwait(false);
            foreach (string row in table.Rows)
            {
                await output.WriteLineAsync($"  {row}").ConfigureAwait(false);
            }
        }
    }

    private static async Task TableAsync(string[] columns, IEnumerable<string[]> rows, TextWriter output)
    {
        string[][] lines = [columns, .. rows];
        if (lines.Length > 1)
        {
            await TextTable.WriteFirstAsync(lines, output).ConfigureAwait(false);
        }
    }

    private static string[] Row(params object[] cells) => [.. cells.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell}"))];

    private static string State(DeviceStatus status) => status.State == DeviceState.Unspecified ? "unknown" : status.State.ToString().ToLowerInvariant();

    private static Argument<string> Name() => new("name") { Description = "Name of the device" };

    private static Option<bool> Json() => new("--json") { Description = "Print JSON" };
}
