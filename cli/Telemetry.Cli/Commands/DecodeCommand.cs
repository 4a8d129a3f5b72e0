using System.CommandLine;
using Telemetry.Collector.Captures;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry decode</c>: telemetry reports of a capture file, one line a report.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "Capture file, pcap or pcapng" };
        Option<ushort> port = new("--port") { Description = "UDP port of the reports; 0 takes every UDP datagram for one", DefaultValueFactory = _ => 32766 };
        Option<bool> json = new("--json") { Description = "One JSON object a line" };
        Command command = new("decode", "Print the telemetry reports of a capture file") { file, port, json };
        command.SetAction((parsed, cancellation) => Task.FromResult(new CaptureDecoder(
            new CaptureOptions
            {
                File = parsed.GetRequiredValue(file),
                Port = parsed.GetValue(port),
                Json = parsed.GetValue(json),
            },
            Console.Out,
            Console.Error).Run(cancellation)));
        return command;
    }
}
