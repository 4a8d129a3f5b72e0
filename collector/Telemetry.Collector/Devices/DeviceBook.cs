using System.Globalization;
using System.Net;
using Google.Protobuf;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Devices;

/// <summary>
/// The devices that operators entered, validated, and kept in a JSON file that is replaced whole with every change; or in
/// memory. One thread.
/// </summary>
public sealed class DeviceBook
{
    private const int LongestName = 64;

    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default.WithIndentation());

    private readonly SortedDictionary<string, ManagedDevice> _devices = new(StringComparer.Ordinal);
    private readonly string? _file;

    /// <summary>Opens a book.</summary>
    /// <param name="file">File, made with the first change when missing; null keeps the book in memory.</param>
    /// <exception cref="IOException">The file cannot be read, or holds something else or faulty devices; names it and every fault.</exception>
    public DeviceBook(string? file)
    {
        _file = file;
        if (file is null || !File.Exists(file))
        {
            return;
        }

        ListDevicesReply content;
        try
        {
            content = JsonParser.Default.Parse<ListDevicesReply>(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException or UnauthorizedAccessException)
        {
            throw new IOException($"{file}: no inventory of devices: {fault.Message}", fault);
        }

        List<string> faults = [];
        foreach (ManagedDevice device in content.Managed)
        {
            faults.AddRange(Faults(device).Select(fault => $"{device.Name}: {fault}"));
            if (!_devices.TryAdd(device.Name, device))
            {
                faults.Add($"{device.Name}: is there twice");
            }
        }

        if (faults.Count > 0)
        {
            throw new IOException($"{file}: {string.Join("; ", faults)}");
        }
    }

    /// <summary>All, by name.</summary>
    public IReadOnlyCollection<ManagedDevice> Devices => _devices.Values;

    /// <summary>The devices as an inventory.</summary>
    public Inventory ToInventory()
    {
        Inventory inventory = new() { SharedClock = true }; // it says nothing about clocks
        inventory.Devices.AddRange(_devices.Values.Select(device => new Inventory.Types.Device
        {
            Name = device.Name,
            Kind = device.Kind,
            Address = device.Address,
            Cluster = device.Cluster,
            NodeId = device.NodeId,
            Layer = device.Layer,
        }));
        return inventory;
    }

    /// <summary>A device by name; null when there is none.</summary>
    public ManagedDevice? Find(string name) => _devices.GetValueOrDefault(name);

    /// <summary>Enters or replaces a device.</summary>
    /// <exception cref="ArgumentException">It is not valid; names every fault.</exception>
    /// <exception cref="IOException">The file cannot be written; nothing changed.</exception>
    public void Put(ManagedDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        List<string> faults = [.. Faults(device)];
        if (device.NodeId > 0 && _devices.Values.FirstOrDefault(other => other.NodeId == device.NodeId && other.Name != device.Name) is { } same)
        {
            faults.Add($"node id {device.NodeId} is also that of {same.Name}");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"device '{device.Name}': {string.Join("; ", faults)}");
        }

        ManagedDevice? before = Find(device.Name);
        _devices[device.Name] = device.Clone();
        Save(() => Restore(device.Name, before));
    }

    /// <summary>Removes a device.</summary>
    /// <returns>What was removed; null when there was none of that name.</returns>
    /// <exception cref="IOException">The file cannot be written; nothing changed.</exception>
    public ManagedDevice? Remove(string name)
    {
        if (Find(name) is not { } before)
        {
            return null;
        }

        _devices.Remove(name);
        Save(() => Restore(name, before));
        return before;
    }

    /// <summary>What is wrong with a device.</summary>
    public static IEnumerable<string> Faults(ManagedDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.Name.Length is 0 or > LongestName || device.Name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            yield return $"a name of 1 to {LongestName} letters, digits, '-', '_' or '.' expected";
        }

        if (device.Kind is not (DeviceKind.Switch or DeviceKind.Router or DeviceKind.Firewall or DeviceKind.Host or DeviceKind.Exporter))
        {
            yield return $"kind {device.Kind}: Switch, Router, Firewall, Host or Exporter expected";
        }

        if (device.Address.Length > 0 && !IPAddress.TryParse(device.Address, out _))
        {
            yield return $"address {device.Address}: an IP address expected";
        }

        if (device.Reach.Length > 0 && device.Reach != "ping" && TcpPort(device.Reach) is null)
        {
            yield return $"reach {device.Reach}: ping or tcp:PORT expected";
        }

        if (device.Reach.Length > 0 && device.Address.Length == 0)
        {
            yield return $"reach {device.Reach} needs an address";
        }
    }

    /// <summary>The port of <c>tcp:PORT</c>; null for anything else.</summary>
    internal static int? TcpPort(string reach) =>
        reach.StartsWith("tcp:", StringComparison.Ordinal)
            && ushort.TryParse(reach.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 ? port : null;

    private void Restore(string name, ManagedDevice? before)
    {
        if (before is null)
        {
            _devices.Remove(name);
        }
        else
        {
            _devices[name] = before;
        }
    }

    private void Save(Action undo)
    {
        if (_file is null)
        {
            return;
        }

        ListDevicesReply content = new();
        content.Managed.AddRange(_devices.Values);
        string next = $"{_file}.new";
        try
        {
            File.WriteAllText(next, s_formatter.Format(content) + "\n");
            File.Move(next, _file, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            undo();
            throw new IOException($"{_file}: the inventory cannot be written: {fault.Message}", fault);
        }
    }
}
