using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Controller.Inputs;
using Telemetry.Lab.Mininet;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Lab.Live;

/// <summary>
/// Does what the shell of a lab asks of the program itself, over a Unix socket in the lab's folder: a line of JSON each
/// way, as the Python package's own socket has it. One request at a time; another one is told so.
/// </summary>
internal sealed class LabRequests : IAsyncDisposable
{
    /// <summary>Name of the socket in the lab's folder; <c>mininet/telemetry_mininet/control.py</c> knows it too.</summary>
    private const string SocketName = "requests.sock";

    private const int LongestLineBytes = 64 * 1024;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<JsonObject, CancellationToken, Task<JsonNode?>> _answer;
    private readonly CancellationTokenSource _stop;
    private readonly SemaphoreSlim _busy = new(1, 1);
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    /// <summary>Starts to listen.</summary>
    /// <param name="folder">The lab's.</param>
    /// <param name="answer">Does one request; <see cref="LabException"/> and its like say what was wrong with it.</param>
    /// <param name="cancellation">Ends what is being done.</param>
    public LabRequests(string folder, Func<JsonObject, CancellationToken, Task<JsonNode?>> answer, CancellationToken cancellation)
    {
        _answer = answer;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        string path = Path.Combine(folder, SocketName);
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_serving).ConfigureAwait(false);
        _stop.Dispose();
        _busy.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket connection = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _serving.RemoveAll(task => task.IsCompleted);
                _serving.Add(ServeAsync(connection));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using NetworkStream stream = new(connection, ownsSocket: true);
        try
        {
            string? line = await ReadLineAsync(stream).ConfigureAwait(false);
            JsonObject reply = line is null ? Error("a line of JSON expected") : await AnswerAsync(line).ConfigureAwait(false);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(reply.ToJsonString() + "\n"), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // Whoever asked left, or the lab ends.
        }
    }

    private async Task<JsonObject> AnswerAsync(string line)
    {
        if (!await _busy.WaitAsync(TimeSpan.Zero, _stop.Token).ConfigureAwait(false))
        {
            return Error("the lab is still busy with what was asked before");
        }

        try
        {
            return JsonNode.Parse(line) is JsonObject request
                ? new JsonObject { ["result"] = await _answer(request, _stop.Token).ConfigureAwait(false) }
                : Error("an object of JSON expected");
        }
        catch (Exception fault) when (fault is LabException or MininetException or InputException or P4RuntimeException or ArgumentException or JsonException)
        {
            return Error(fault.Message);
        }
        finally
        {
            _busy.Release();
        }
    }

    private async Task<string?> ReadLineAsync(NetworkStream stream)
    {
        byte[] bytes = new byte[LongestLineBytes];
        int count = 0;
        while (count < bytes.Length)
        {
            int read = await stream.ReadAsync(bytes.AsMemory(count), _stop.Token).ConfigureAwait(false);
            int end = Array.IndexOf(bytes, (byte)'\n', count, read);
            if (end >= 0)
            {
                return Encoding.UTF8.GetString(bytes, 0, end);
            }

            if (read == 0)
            {
                return null;
            }

            count += read;
        }

        return null;
    }

    private static JsonObject Error(string message) => new() { ["error"] = message };
}
