using System.Globalization;
using System.Text;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>A text file that begins anew when it is full; NAME.1.EXT, NAME.2.EXT and so on hold what came before, the latest first.</summary>
internal sealed class RotatingFile : TextWriter
{
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly int _maxFiles;
    private FileStream _file;

    /// <param name="path">The file; one that is there is overwritten.</param>
    /// <param name="maxBytes">Bytes of a file, at least 1; what is written in one piece stays in one file.</param>
    /// <param name="maxFiles">Older files that are kept, 0 or more.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public RotatingFile(string path, long maxBytes, int maxFiles)
        : base(CultureInfo.InvariantCulture)
    {
        _path = path;
        _maxBytes = maxBytes;
        _maxFiles = maxFiles;
        _file = Create();
    }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value ?? "");
        if (_file.Position > 0 && _file.Position + bytes.Length > _maxBytes)
        {
            Rotate();
        }

        _file.Write(bytes);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(StringBuilder? value, CancellationToken cancellationToken = default)
    {
        Write(value?.ToString());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush() => _file.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private FileStream Create() => new(_path, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete);

    private void Rotate()
    {
        _file.Dispose();
        for (int i = _maxFiles; i > 0; i--)
        {
            string newer = i == 1 ? _path : Older(i - 1);
            if (File.Exists(newer))
            {
                File.Move(newer, Older(i), overwrite: true);
            }
        }

        _file = Create();
    }

    private string Older(int number) =>
        Path.ChangeExtension(_path, null) + string.Create(CultureInfo.InvariantCulture, $".{number}") + Path.GetExtension(_path);
}
