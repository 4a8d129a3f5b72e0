using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Telemetry.Cli;

/// <summary>Log lines of the libraries: to a file, or warnings only to standard error.</summary>
internal static class Logging
{
    /// <summary>Everything from information up to the file; without a file warnings to standard error.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static ILoggerFactory Create(string? file) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(file is null ? LogLevel.Warning : LogLevel.Information);
        builder.AddFilter("Microsoft.AspNetCore", file is null ? LogLevel.None : LogLevel.Warning);
        builder.AddFilter("Grpc", file is null ? LogLevel.None : LogLevel.Warning);
        builder.AddFilter("Microsoft.Hosting", file is null ? LogLevel.None : LogLevel.Warning);
        if (file is not null)
        {
            builder.AddProvider(new FileProvider(new StreamWriter(file, append: true) { AutoFlush = true }));
        }
    });

    private sealed class FileProvider(StreamWriter file) : ILoggerProvider
    {
        private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
        private readonly TextWriter _lines = TextWriter.Synchronized(file);

        public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new FileLogger(name, _lines));

        public void Dispose() => _lines.Dispose();
    }

    private sealed class FileLogger(string category, TextWriter lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{TimeProvider.System.GetUtcNow():O} {logLevel} {category} {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}"));
    }
}
