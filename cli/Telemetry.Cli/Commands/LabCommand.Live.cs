using System.CommandLine;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Isolation;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Live;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Running;
using Telemetry.Tui;

namespace Telemetry.Cli.Commands;

internal static partial class LabCommand
{
    private static async Task<int> RunLiveAsync(ParseResult parsed, LabOptions options, CancellationToken cancellation)
    {
        string? command = parsed.GetValue(s_prompt) ? "" : parsed.GetValue(s_run);
        bool headless = parsed.GetValue(s_headless) || command is not null;
        using ILoggerFactory loggers = Logging.Create(parsed.GetValue(s_log));
        TaskCompletionSource<Uri> serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
        LiveSettings settings = new()
        {
            Command = command,
            Loggers = loggers,
            Progress = headless ? line => Console.Error.WriteLine($"telemetry: {line}") : _ => { },
            Serving = uri => serving.TrySetResult(uri),
        };
        using CancellationTokenSource quit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<LabResult> lab = parsed.GetValue(s_mininet)
            ? RunMininetAsync(parsed, options, settings, quit.Token)
            : RunEmbeddedAsync(options, settings, quit.Token);
        if (!headless)
        {
            await WatchAsync(lab, serving.Task, quit, parsed.GetValue(s_log)).ConfigureAwait(false);
            try
            {
                await lab.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (quit.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                return 0; // quit while the switches were still coming up
            }

            return 0;
        }

        LabResult result = await lab.ConfigureAwait(false);
        await PrintAsync(parsed, result).ConfigureAwait(false);
        return cancellation.IsCancellationRequested ? 130 : CheckFailed(parsed, result) ? 1 : result.CommandExitCode;
    }

    // The terminal UI ends with the lab, and the lab with the terminal UI.
    private static async Task WatchAsync(Task<LabResult> lab, Task<Uri> serving, CancellationTokenSource quit, string? log)
    {
        if (await Task.WhenAny(lab, serving).ConfigureAwait(false) == lab)
        {
            return;
        }

        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(quit.Token);
        Task ended = lab.ContinueWith(_ => over.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        TuiOptions options = new() { Address = await serving.ConfigureAwait(false), LogFile = log is null ? null : $"{log}.tui" };
        await Task.Factory.StartNew(
            () => TuiApp.Run(options, over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        await quit.CancelAsync().ConfigureAwait(false);
        await ended.ConfigureAwait(false);
    }

    private static async Task<LabResult> RunEmbeddedAsync(LabOptions options, LiveSettings settings, CancellationToken cancellation)
    {
        DetectorSet detectors = DetectorSet.LoadShipped();
        return await LiveLab.RunEmbeddedAsync(
            options, settings, detectors.CreateShipped(), detectors.ShippedAlerts, cancellation).ConfigureAwait(false);
    }

    private static async Task<LabResult> RunMininetAsync(
        ParseResult parsed, LabOptions options, LiveSettings settings, CancellationToken cancellation)
    {
        if (parsed.GetValue(s_headless) && settings.Command is not "")
        {
            NamespaceRun.LeaveSession();
        }

        await NamespaceRun.RaiseLoopbackAsync(cancellation).ConfigureAwait(false);
        bool bmv2 = parsed.GetRequiredValue(s_switch) == "bmv2";
        string host = Environment.ProcessPath ?? throw new CommandException("cannot tell where this program is");
        string work = LabFolder.OfThisRun;
        string? pcaps = parsed.GetValue(s_pcap) is { } folder ? Directory.CreateDirectory(folder).FullName : null;
        MininetOptions mininet = new()
        {
            Target = bmv2 ? SwitchTarget.Bmv2 : SwitchTarget.Soft,
            Program = [host, Path.Combine(AppContext.BaseDirectory, "telemetry.dll")],
            PackageFolder = Path.Combine(Checkout.Root(), "mininet"),
            WorkFolder = work,
            PcapFolder = pcaps,
            FirstDeviceId = parsed.GetValue(s_firstDeviceId),
        };
        settings.Progress($"logs of the switches are in {work}; another terminal gets in with: telemetry lab attach {Path.GetFileName(work)}");
        DetectorSet detectors = DetectorSet.LoadShipped();
        LabResult result = await LiveLab.RunMininetAsync(
            options, settings, mininet, detectors.CreateShipped(), detectors.ShippedAlerts, cancellation).ConfigureAwait(false);
        LabFolder.Forget();
        return result;
    }
}
