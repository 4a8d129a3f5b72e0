using System.CommandLine;
using Telemetry.Collector.Captures;
using Telemetry.Collector.Profiles;
using Telemetry.Controller.Programs;
using Telemetry.Lab.Running;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry decode</c>: telemetry reports of a capture file or an interface, one line a report.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        Argument<string?> file = new("FILE") { Description = "Capture file, pcap or pcapng", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> listen = new("--interface", "-i") { Description = "Listen on this network interface instead, until interrupted" };
        Option<ushort> port = new("--port") { Description = "UDP port of the reports; 0 takes every UDP datagram for one", DefaultValueFactory = _ => 32766 };
        Option<bool> json = new("--json") { Description = "One JSON object a line" };
        Option<bool> verbose = new("--verbose", "-v") { Description = "Every field with its offset below each line" };
        Option<string?> filter = new("--filter", "-f")
        {
            Description = "Print only reports for which it holds: src in 10.0.1.0/24 and (latency > 500 or drop). Fields: " + ReportFilter.Fields,
        };
        Option<bool> statistics = new("--stats") { Description = "Print no reports but counts: exporters with what is missing, formats, hops, errors, largest flows" };
        Option<string?> profiles = new("--profiles") { Description = "JSON file of decode profiles: marks and known deviations by exporter" };
        Option<string?> program = new("--program") { Description = "P4 program of the switches: its program.json tells marks and names of drop reasons; folder, JSON, or the name of one that ships" };
        Option<bool> strict = new("--strict") { Description = "Check reserved bits and fixed lengths too" };
        Option<long> count = new("--count", "-c") { Description = "Stop after so many packets; 0 reads on", DefaultValueFactory = _ => 0 };
        Option<string> color = new("--color") { Description = "Colours for drops, congestion and faults: auto, always or never", DefaultValueFactory = _ => "auto" };
        color.AcceptOnlyFromAmong("auto", "always", "never");
        Command command = new("decode", "Print the telemetry reports of a capture file or an interface")
        {
            file, listen, port, json, verbose, filter, statistics, profiles, program, strict, count, color,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null == result.GetValue(listen) is null)
            {
                result.AddError("decode takes either a FILE or --interface NAME");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            DecodeProfiles known = parsed.GetValue(profiles) is { } named ? CommandException.Reading(() => DecodeProfileFile.Load(named)) : new DecodeProfiles([]);
            if (parsed.GetValue(program) is { } compiled)
            {
                known = known.Otherwise(LabInventory.ReportsOf(P4Program.Load(ProgramLocator.Find(compiled))));
            }

            CaptureOptions options = new()
            {
                File = parsed.GetValue(file),
                Interface = parsed.GetValue(listen),
                Port = parsed.GetValue(port),
                Json = parsed.GetValue(json),
                Verbose = parsed.GetValue(verbose),
                Statistics = parsed.GetValue(statistics),
                Filter = parsed.GetValue(filter) is { } text ? CommandException.Reading(() => ReportFilter.Parse(text)) : null,
                Profiles = parsed.GetValue(strict) ? known.AsStrict() : known,
                MaxPackets = parsed.GetValue(count),
                Color = parsed.GetValue(color) switch
                {
                    "always" => true,
                    "never" => false,
                    _ => !Console.IsOutputRedirected && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null,
                },
            };
            return Task.Run(() => new CaptureDecoder(options, Console.Out, Console.Error).Run(cancellation), CancellationToken.None);
        });
        return command;
    }
}
