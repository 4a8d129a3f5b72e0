using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Telemetry.Tui.Feed;

/// <summary>Appends log lines to one file: the terminal belongs to the screen. Thread-safe; a full disk loses lines, not the UI.</summary>
internal sealed class FileLog(string path, TimeProvider time) : ILogger, IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer = new(path, append: true) { AutoFlush = true };

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        string when = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            try
            {
                _writer.WriteLine($"{when} {logLevel} {eventId.Id} {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
            }
            catch (IOException)
            {
                LostLines++;
            }
        }
    }

    /// <summary>Lines that could not be written.</summary>
    public long LostLines { get; private set; }

    public void Dispose() => _writer.Dispose();
}
