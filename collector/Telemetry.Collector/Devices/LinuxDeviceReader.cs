using System.Diagnostics;
using System.Globalization;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Devices;

/// <summary>Reads interfaces, queueing disciplines, routes and firewall rules of a Linux device, with iproute2, nft and iptables in its namespace.</summary>
internal sealed class LinuxDeviceReader(LinuxDevice device, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Reads everything; what fails is named in the detail's fault. The interfaces' reading is the sign of life.</summary>
    /// <returns>The detail, and true when the device lives.</returns>
    public async Task<(DeviceDetail Detail, bool Alive)> ReadAsync(long nowNs, CancellationToken stop)
    {
        DeviceDetail detail = new() { Name = device.Name, TimeNs = nowNs };
        List<string> faults = [];
        bool alive = await TryAsync(["ip", "-j", "-s", "link", "show"], text => LinuxTables.ReadInterfaces(text, detail.Interfaces)).ConfigureAwait(false);
        if (alive)
        {
            await TryAsync(["tc", "-s", "-j", "qdisc", "show"], text => LinuxTables.ReadQueues(text, detail.Queues)).ConfigureAwait(false);
            await TryAsync(["ip", "route", "show", "table", "all"], text => detail.Tables.Add(LinuxTables.ReadRoutes(text))).ConfigureAwait(false);

            // One of the two is enough: most machines have only one.
            int before = faults.Count;
            bool rules = await TryAsync(["nft", "-a", "list", "ruleset"], text => LinuxTables.ReadNft(text, detail.Tables)).ConfigureAwait(false);
            rules |= await TryAsync(["iptables-save", "-c"], text => LinuxTables.ReadIptables(text, detail.Tables)).ConfigureAwait(false);
            if (rules)
            {
                faults.RemoveRange(before, faults.Count - before);
            }
        }

        detail.Fault = string.Join("; ", faults);
        return (detail, alive);

        async Task<bool> TryAsync(string[] command, Action<string> take)
        {
            string? fault;
            try
            {
                (string text, fault) = await RunAsync(command, stop).ConfigureAwait(false);
                if (fault is null)
                {
                    take(text);
                    return true;
                }
            }
            catch (Exception broken) when (broken is System.Text.Json.JsonException or FormatException)
            {
                fault = broken.Message;
            }

            faults.Add($"{command[0]}: {fault}");
            return false;
        }
    }

    private async Task<(string Text, string? Fault)> RunAsync(string[] command, CancellationToken stop)
    {
        string[] all = device.Pid is { } pid
            ? ["nsenter", "-t", pid.ToString(CultureInfo.InvariantCulture), "-n", .. command]
            : ["ip", "netns", "exec", device.Namespace!, .. command];
        ProcessStartInfo start = new(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using CancellationTokenSource limit = new(s_patience, time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            return ("", $"{all[0]} cannot be run: {fault.Message}");
        }

        using (process)
        {
            try
            {
                process.StandardInput.Close();
                Task<string> output = process.StandardOutput.ReadToEndAsync(ended.Token);
                Task<string> errors = process.StandardError.ReadToEndAsync(ended.Token);
                await process.WaitForExitAsync(ended.Token).ConfigureAwait(false);
                string said = (await errors.ConfigureAwait(false)).Trim();
                return process.ExitCode == 0
                    ? (await output.ConfigureAwait(false), null)
                    : ("", said.Length > 0 ? said.Split('\n')[0] : $"exit code {process.ExitCode}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                stop.ThrowIfCancellationRequested();
                return ("", "no answer within 2 s");
            }
        }
    }
}
