using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Telemetry.Controller.Inputs;
using Telemetry.P4Runtime.Security;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Topologies;

/// <summary>Turns the JSON of a topology file into a <see cref="Topology"/> and collects every fault on the way.</summary>
internal sealed partial class TopologyReader(string file, List<InputFault> faults)
{
    private static readonly string[] RootKeys = ["name", "hosts", "switches", "links", "management"];
    private static readonly string[] HostKeys = ["ip", "mac", "commands", "role", "cluster"];
    private static readonly string[] SwitchKeys =
        ["runtime_json", "program", "node_id", "layer", "cluster", "grpc", "cli_input", "target", "role", "cpu_port", "rules", "tls"];
    private static readonly string[] Targets = ["soft", "bmv2"];
    private static readonly string[] Roles = ["switch", "router", "firewall"];

    private readonly List<HostDraft> _hosts = [];
    private readonly List<SwitchDraft> _switches = [];
    private readonly List<LinkDraft> _links = [];
    private readonly Dictionary<string, JsonPart> _devices = [];

    public Topology? Read(JsonPart root)
    {
        if (!root.IsObject)
        {
            Fault(root, $"is {root.Shown}; expected an object with hosts, switches and links");
            return null;
        }

        CheckKeys(root, RootKeys);
        ReadDevices(root, "hosts", ReadHost);
        ReadDevices(root, "switches", ReadSwitch);
        if (root.Get("switches") is not null && _switches.Count == 0)
        {
            Fault(root.Get("switches")!, "names no switch; expected at least one");
        }

        ReadLinks(root);
        ReadManagement(root);
        string name = root.Get("name") is { } part ? TextOf(part) ?? "" : Path.GetFileNameWithoutExtension(file);
        if (faults.Count > 0)
        {
            return null; // what follows reasons over the whole graph and would only repeat these faults
        }

        AssignNodeIds();
        CheckHostsLinked();
        CheckConnected();
        AssignAddresses();
        AssignLayers();
        if (faults.Count > 0)
        {
            return null;
        }

        Topology topology = new(
            name,
            [.. _switches.Select(s => new SwitchNode(
                s.Name, s.NodeId, s.Layer, s.Program, s.RuntimeFile, s.Grpc, s.Cluster, s.Target, s.Role, s.CpuPort) { Rules = s.Rules, Tls = s.Tls })],
            [.. _hosts.Where(h => h.Tier is null).Select(h => new HostNode(h.Name, h.Address!, h.PrefixLength, h.Mac!, h.Commands))],
            [.. _links.Select(l => l.Link)])
        {
            Tiers = [.. _hosts.Where(h => h.Tier is not null).Select(h => new TierNode(h.Name, h.Tier!.Value, h.Cluster, h.Address!, h.PrefixLength, h.Mac!))],
            Management = [.. _management.Select(m => m.Link)],
        };
        CheckRoles(topology);
        return faults.Count > 0 ? null : topology;
    }

    private void ReadDevices(JsonPart root, string key, Action<string, JsonPart> read)
    {
        JsonPart? devices = root.Get(key);
        if (devices is null)
        {
            Fault(root, $"has no key \"{key}\"; expected an object of {key} by name");
            return;
        }

        if (devices.IsArray)
        {
            foreach (JsonPart item in devices.Items)
            {
                if (TextOf(item) is { } name)
                {
                    AddDevice(name, item);
                    read(name, item);
                }
            }

            return;
        }

        if (!devices.IsObject)
        {
            Fault(devices, $"is {devices.Shown}; expected an object of {key} by name, or a list of names");
            return;
        }

        foreach ((string name, JsonPart part) in devices.Members)
        {
            AddDevice(name, part);
            if (part.IsObject)
            {
                read(name, part);
            }
            else
            {
                Fault(part, $"is {part.Shown}; expected an object");
            }
        }
    }

    private void AddDevice(string name, JsonPart part)
    {
        if (!DeviceName().IsMatch(name))
        {
            Fault(part, $"\"{name}\" is no device name; expected a letter, then letters, digits, _ or .");
        }
        else if (!_devices.TryAdd(name, part) && _devices[name].Path != part.Path)
        {
            Fault(part, $"\"{name}\" names another device in line {_devices[name].Line}; expected a name of its own");
        }
    }

    private void ReadHost(string name, JsonPart part)
    {
        HostDraft host = new(name, part);
        _hosts.Add(host);
        if (!part.IsObject)
        {
            return;
        }

        CheckKeys(part, HostKeys);
        ReadTier(host, part);
        if (part.Get("ip") is { } ip && TextOf(ip) is { } address)
        {
            host.ReadAddress(address, ip, this);
        }

        if (part.Get("mac") is { } mac && TextOf(mac) is { } macText)
        {
            ReadMac(host, macText, mac);
        }

        if (part.Get("commands") is { } commands)
        {
            if (commands.IsArray)
            {
                host.Commands = [.. commands.Items.Select(TextOf).OfType<string>()];
            }
            else
            {
                Fault(commands, $"is {commands.Shown}; expected a list of shell commands");
            }
        }
    }

    private void ReadMac(HostDraft host, string text, JsonPart part)
    {
        if (!MacAddress.TryParse(text, out ulong address))
        {
            Fault(part, $"\"{text}\" is no MAC address; expected six bytes in hexadecimal such as 08:00:00:00:01:11");
            return;
        }

        string mac = MacAddress.Format(address);
        if (((address >> 40) & 1) != 0)
        {
            Fault(part, $"\"{text}\" is a group address; expected an individual one (even first byte)");
        }
        else if (_hosts.Find(h => h.Mac == mac) is { } other)
        {
            Fault(part, $"{text} is {other.Name}'s MAC already");
        }

        host.Mac = mac;
    }

    private void ReadSwitch(string name, JsonPart part)
    {
        SwitchDraft node = new(name, part);
        _switches.Add(node);
        if (!part.IsObject)
        {
            return;
        }

        CheckKeys(part, SwitchKeys);
        if (part.Get("cli_input") is { } cli)
        {
            Fault(cli, "simple_switch_CLI commands are not run; expected the entries in a runtime_json file");
        }

        node.RuntimeFile = PathOf(part.Get("runtime_json"));
        node.Program = PathOf(part.Get("program"));
        node.NodeId = (int)IntegerOf(part.Get("node_id"), 1, 65535, 0);
        node.Layer = (int)IntegerOf(part.Get("layer"), 1, 16, 0);
        if (node.NodeId != 0 && _switches.Find(s => s != node && s.NodeId == node.NodeId) is { } other)
        {
            Fault(part.Get("node_id")!, $"{node.NodeId} is {other.Name}'s node id already");
        }

        if (part.Get("cluster") is { } cluster && TextOf(cluster) is { } clusterName)
        {
            node.Cluster = clusterName;
        }

        node.Target = ChoiceOf(part.Get("target"), Targets);
        if (part.Get("cpu_port") is { } cpu)
        {
            // The tutorials' files have it as text.
            node.CpuPort = cpu.IsText && int.TryParse(cpu.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and < 511
                ? number
                : (int)IntegerOf(cpu, 1, 510, 510);
        }

        node.Role = ChoiceOf(part.Get("role"), Roles) switch
        {
            "router" => SwitchRole.Router,
            "firewall" => SwitchRole.Firewall,
            _ => SwitchRole.Switch,
        };
        ReadRules(node, part.Get("rules"));
        node.Tls = ReadTls(part.Get("tls"));
        if (part.Get("grpc") is { } grpc && TextOf(grpc) is { } address)
        {
            node.Grpc = address;
            int colon = address.LastIndexOf(':');
            if (colon < 1 || !ushort.TryParse(address.AsSpan(colon + 1), out ushort port) || port == 0)
            {
                Fault(grpc, $"\"{address}\" is no gRPC address; expected host:port");
            }
        }
    }

    private void AssignNodeIds()
    {
        HashSet<int> taken = [.. _switches.Select(s => s.NodeId)];
        int next = 1;
        foreach (SwitchDraft node in _switches.Where(s => s.NodeId == 0))
        {
            while (!taken.Add(next))
            {
                next++;
            }

            node.NodeId = next;
        }
    }

    /// <summary>A path that exists relative to the file's folder, its parent or the current folder.</summary>
    private string? PathOf(JsonPart? part)
    {
        if (part is null || TextOf(part) is not { } text)
        {
            return null;
        }

        string? found = InputPaths.Find(file, text);
        if (found is null)
        {
            Fault(part, $"\"{text}\" does not exist; looked in {string.Join(", ", InputPaths.Places(file))}");
        }

        return found;
    }

    private string? TextOf(JsonPart part)
    {
        if (part.IsText && part.Text.Length > 0)
        {
            return part.Text;
        }

        Fault(part, $"is {part.Shown}; expected text");
        return null;
    }

    private string? ChoiceOf(JsonPart? part, string[] choices)
    {
        if (part is null || (part.IsText && choices.Contains(part.Text)))
        {
            return part?.Text;
        }

        Fault(part, $"is {part.Shown}; expected one of {string.Join(", ", choices)}");
        return null;
    }

    private long IntegerOf(JsonPart? part, long minimum, long maximum, long absent)
    {
        if (part is null)
        {
            return absent;
        }

        if (part.TryInteger(out long number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        Fault(part, $"is {part.Shown}; expected a whole number from {minimum} to {maximum}");
        return absent;
    }

    private void CheckKeys(JsonPart part, string[] known)
    {
        foreach ((string key, JsonPart value) in part.Members)
        {
            if (!known.Contains(key))
            {
                Fault(value, $"unknown key \"{key}\"; known keys: {string.Join(", ", known)}");
            }
        }
    }

    private void Fault(JsonPart part, string message) =>
        faults.Add(new InputFault(file, part.Line, part.Path, message));

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.]*$")]
    private static partial Regex DeviceName();

    private sealed class HostDraft(string name, JsonPart part)
    {
        public string Name { get; } = name;

        public JsonPart Part { get; } = part;

        public IPAddress? Address { get; set; }

        public int PrefixLength { get; set; } = 24;

        public string? Mac { get; set; }

        public IReadOnlyList<string> Commands { get; set; } = [];

        /// <summary>Null for a host of the data plane.</summary>
        public TierRole? Tier { get; set; }

        public string Cluster { get; set; } = "";

        public void ReadAddress(string text, JsonPart part, TopologyReader reader)
        {
            string[] parts = text.Split('/');
            int prefixLength = 24;
            if (parts.Length > 2 || parts[0].Count(c => c == '.') != 3
                || !IPAddress.TryParse(parts[0], out IPAddress? address)
                || (parts.Length == 2 && (!int.TryParse(parts[1], out prefixLength) || prefixLength is < 1 or > 32)))
            {
                reader.Fault(part, $"\"{text}\" is no IPv4 address; expected address/prefix such as 10.0.1.1/24");
                return;
            }

            if (reader._hosts.Find(h => address.Equals(h.Address)) is { } other)
            {
                reader.Fault(part, $"{address} is {other.Name}'s address already");
            }

            Address = address;
            PrefixLength = prefixLength;
        }
    }

    private sealed class SwitchDraft(string name, JsonPart part)
    {
        public string Name { get; } = name;

        public JsonPart Part { get; } = part;

        public string? RuntimeFile { get; set; }

        public string? Program { get; set; }

        public int NodeId { get; set; }

        public int Layer { get; set; }

        public string Cluster { get; set; } = "c1";

        public string? Grpc { get; set; }

        public string? Target { get; set; }

        public SwitchRole Role { get; set; }

        public int? CpuPort { get; set; }

        public IReadOnlyList<FirewallRule> Rules { get; set; } = [];

        public SwitchTls? Tls { get; set; }
    }

    private sealed record LinkDraft(Link Link, JsonPart Part);
}
