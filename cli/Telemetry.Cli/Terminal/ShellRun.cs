using Telemetry.Controller.Shell;

namespace Telemetry.Cli.Terminal;

/// <summary>The three ways to use a shell: one command, a script, and by hand.</summary>
internal static class ShellRun
{
    /// <summary>One command; its fault is this program's.</summary>
    public static async Task<int> OneAsync(P4Shell shell, string line, CancellationToken cancellation)
    {
        await shell.RunAsync(line, Console.Out, cancellation).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Lines until the end of the input; the first that fails ends it and is named by its number.</summary>
    public static async Task<int> ScriptAsync(P4Shell shell, TextReader input, CancellationToken cancellation)
    {
        for (int number = 1; await input.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line; number++)
        {
            if (IsExit(line))
            {
                break;
            }

            try
            {
                await shell.RunAsync(line, Console.Out, cancellation).ConfigureAwait(false);
            }
            catch (Exception fault) when (P4Shell.Describe(fault) is { } text)
            {
                throw new CommandException($"line {number}: {text}", fault);
            }
        }

        return 0;
    }

    /// <summary>A prompt with completion and history. Ctrl-C stops a running command, Ctrl-D ends the shell.</summary>
    public static async Task<int> InteractiveAsync(P4Shell shell, string address, CancellationToken cancellation)
    {
        await Console.Out.WriteLineAsync("help lists the commands, Tab completes, Ctrl-D ends").ConfigureAwait(false);
        try
        {
            await shell.OpenAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (P4Shell.Describe(fault) is { } text)
        {
            await Console.Out.WriteLineAsync(text).ConfigureAwait(false); // the next command tries again
        }

        LineHistory history = LineHistory.Load();
        Console.TreatControlCAsInput = true;
        try
        {
            LineEditor editor = new($"{address}> ", history, shell.Complete);
            while (!cancellation.IsCancellationRequested && editor.Read(cancellation) is { } line)
            {
                if (IsExit(line))
                {
                    break;
                }

                history.Add(line);
                await RunStoppableAsync(shell, line, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
            history.Save();
        }

        return 0;
    }

    private static async Task RunStoppableAsync(P4Shell shell, string line, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task running = shell.RunAsync(line, Console.Out, stop.Token);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(30, CancellationToken.None)).ConfigureAwait(false);
            while (!running.IsCompleted && Console.KeyAvailable)
            {
                ConsoleKeyInfo key = Console.ReadKey(intercept: true);
                if (key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control })
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                }
            }
        }

        try
        {
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Console.Out.WriteLineAsync("stopped").ConfigureAwait(false);
        }
        catch (CommandException fault)
        {
            await Console.Out.WriteLineAsync(fault.Message).ConfigureAwait(false);
        }
        catch (Exception fault) when (P4Shell.Describe(fault) is { } text)
        {
            await Console.Out.WriteLineAsync(text).ConfigureAwait(false);
        }
    }

    private static bool IsExit(string line) => line.Trim() is "exit" or "quit";
}
