using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Tui.Feed;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace Telemetry.Tui.Terminals;

/// <summary>
/// One run of the UI on this process's terminal. The screen has a thread of its own, so that a terminal that hangs
/// (a dropped SSH line blocks writes) cannot hold the caller: after a grace period the caller gets its thread back.
/// </summary>
internal sealed partial class Session : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Mouse reports and bracketed paste off, attributes reset, back to the main screen, cursor on.
    private const string Restore = "\e[?1003l\e[?1015l\e[?1006l\e[?2004l\e[0m\e[?1049l\e[?25h";

    private const string MouseOff = "\e[?1003l\e[?1015l\e[?1006l";

    private readonly TuiOptions _options;
    private readonly FileLog? _file;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop;
    private readonly ManualResetEvent _screenDone = new(false);
    private readonly ManualResetEvent _feedDone = new(false);
    private ExceptionDispatchInfo? _fault;

    public Session(TuiOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        _file = options.LogFile is { } path ? new FileLog(path, options.Time) : null;
        _log = _file ?? (ILogger)NullLogger.Instance;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Blocks until the user quits, the token is cancelled or a signal asks to end.</summary>
    public void Run()
    {
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        FeedClient feed = new(_options.Dial ?? (() => FeedChannel.To(_options.Address)), _options.Time, _log);
        Task following = FollowAsync(feed);
        new Thread(() => Show(new Dashboard(feed, _options))) { IsBackground = true, Name = "tui" }.Start();

        WaitHandle.WaitAny([_screenDone, _stop.Token.WaitHandle]);
        _stop.Cancel();
        if (!_screenDone.WaitOne(Grace))
        {
            LogStuck(_log);
            RestoreByHand();
        }

        // The feed ends at once when cancelled; it is not worth more than the same grace.
        if (_feedDone.WaitOne(Grace) && following.Exception is { } fault)
        {
            _fault ??= ExceptionDispatchInfo.Capture(fault.GetBaseException());
        }

        _fault?.Throw();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _screenDone.Dispose();
        _feedDone.Dispose();
        _file?.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        LogSignal(_log, context.Signal);
        _stop.Cancel();
    }

    private async Task FollowAsync(FeedClient feed)
    {
        try
        {
            await Task.Run(() => feed.RunAsync(_stop.Token)).ConfigureAwait(false);
        }
        finally
        {
            _feedDone.Set();
        }
    }

    private void Show(Dashboard dashboard)
    {
        try
        {
            // Ask the kernel for the size: a query to the terminal twice a second would keep an idle line busy.
            Driver.SizeDetection = SizeDetectionMode.Polling;
            using IApplication app = Application.Create();
            app.Init();
            app.Driver?.WriteRaw(MouseOff);
            bool noColor = _options.NoColor ?? Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
            using RootView root = new(dashboard, noColor, _stop.Token);
            app.Run(root);
        }
#pragma warning disable CA1031 // the thread's top: the caller throws it again once the terminal is restored
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(_log, fault);
            _fault = ExceptionDispatchInfo.Capture(fault);
        }
        finally
        {
            _screenDone.Set();
        }
    }

    private static void RestoreByHand()
    {
        // On a thread again: the terminal may still block.
        Thread restore = new(() => Console.Out.Write(Restore)) { IsBackground = true };
        restore.Start();
        restore.Join(TimeSpan.FromMilliseconds(500));
    }
}
