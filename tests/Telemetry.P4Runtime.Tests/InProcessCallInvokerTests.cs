using Grpc.Core;
using P4.V1;

namespace Telemetry.P4Runtime.Tests;

public sealed class InProcessCallInvokerTests
{
    private readonly FakeService _service = new();
    private readonly P4.V1.P4Runtime.P4RuntimeClient _client;

    public InProcessCallInvokerTests()
    {
        _client = new(InProcessCallInvoker.For(_service, new InProcessOptions { StreamLimit = 3 }));
    }

    [Fact]
    public async Task Unary_HandlerCompletes_ResponseAndTrailersInline()
    {
        _service.OnCapabilities = (request, context) =>
        {
            context.ResponseTrailers.Add("device", request.DeviceId.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return Task.FromResult(new CapabilitiesResponse { P4RuntimeApiVersion = context.RequestHeaders.GetValue("want") });
        };
        using var call = _client.CapabilitiesAsync(new CapabilitiesRequest { DeviceId = 7 }, new Metadata { { "want", "1.5.0" } });
        Assert.True(call.ResponseAsync.IsCompletedSuccessfully);
        Assert.Equal("1.5.0", (await call).P4RuntimeApiVersion);
        Assert.Equal("7", call.GetTrailers().GetValue("device"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public void BlockingUnary_HandlerCompletes_Response()
    {
        _service.OnCapabilities = (request, _) => Task.FromResult(new CapabilitiesResponse { P4RuntimeApiVersion = $"v{request.DeviceId}" });
        Assert.Equal("v4", _client.Capabilities(new CapabilitiesRequest { DeviceId = 4 }).P4RuntimeApiVersion);
    }

    [Fact]
    public async Task Unary_HandlerThrowsRpcException_StatusAndTrailersPass()
    {
        _service.OnCapabilities = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "no device"), new Metadata { { "x-bin", new byte[] { 1, 2 } } });
        var error = await Assert.ThrowsAsync<RpcException>(() => _client.CapabilitiesAsync(new CapabilitiesRequest()).ResponseAsync);
        Assert.Equal((StatusCode.NotFound, "no device"), (error.StatusCode, error.Status.Detail));
        Assert.Equal(new byte[] { 1, 2 }, error.Trailers.GetValueBytes("x-bin"));
    }

    [Fact]
    public void Unary_HandlerThrowsAnything_Unknown()
    {
        _service.OnCapabilities = (_, _) => throw new ArgumentException("odd");
        var error = Assert.Throws<RpcException>(() => _client.Capabilities(new CapabilitiesRequest()));
        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.Contains("ArgumentException: odd", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Unary_MethodNotBound_Unimplemented()
    {
        var client = new P4.V1.P4Runtime.P4RuntimeClient(new InProcessCallInvoker(_ => { }));
        Assert.Equal(StatusCode.Unimplemented, Assert.Throws<RpcException>(() => client.Capabilities(new CapabilitiesRequest())).StatusCode);
    }

    [Fact]
    public void BlockingUnary_HandlerWaits_SaysSo()
    {
        _service.OnCapabilities = (_, _) => new TaskCompletionSource<CapabilitiesResponse>().Task;
        Assert.Throws<InvalidOperationException>(() => _client.Capabilities(new CapabilitiesRequest()));
    }

    [Fact]
    public async Task Unary_CallerCancels_HandlerSeesTokenThenCallerSeesCancelled()
    {
        var order = new List<string>();
        _service.OnCapabilities = async (_, context) =>
        {
            var never = new TaskCompletionSource<CapabilitiesResponse>();
            using var registration = context.CancellationToken.Register(() => order.Add("handler"));
            return await never.Task.ConfigureAwait(false);
        };
        using var source = new CancellationTokenSource();
        var response = _client.CapabilitiesAsync(new CapabilitiesRequest(), cancellationToken: source.Token).ResponseAsync;
        var seen = response.ContinueWith(_ => order.Add("caller"), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await source.CancelAsync();
        await seen;
        Assert.Equal(["handler", "caller"], order);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => response)).StatusCode);
    }

    [Fact]
    public async Task ServerStream_MessagesThenError_BothArriveInOrder()
    {
        _service.OnRead = async (_, writer, _) =>
        {
            for (uint i = 1; i <= 3; i++)
                await writer.WriteAsync(Response(i)).ConfigureAwait(false);
            throw new RpcException(new Status(StatusCode.DataLoss, "cut"));
        };
        using var call = _client.Read(new ReadRequest());
        var ids = new List<uint>();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
                ids.Add(call.ResponseStream.Current.Entities[0].TableEntry.TableId);
        });
        Assert.Equal([1u, 2u, 3u], ids);
        Assert.Equal(StatusCode.DataLoss, error.StatusCode);
    }

    [Fact]
    public async Task ServerStream_NobodyReadsBeyondLimit_ResourceExhausted()
    {
        _service.OnRead = async (_, writer, _) =>
        {
            for (uint i = 0; i < 10; i++)
                await writer.WriteAsync(Response(i)).ConfigureAwait(false);
        };
        using var call = _client.Read(new ReadRequest());
        var count = 0;
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
                count++;
        });
        Assert.Equal((3, StatusCode.ResourceExhausted), (count, error.StatusCode));
        Assert.Contains("Read responses: 3 messages wait unread", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Duplex_EchoHandler_EverythingRunsInsideTheWrite()
    {
        LeaveTestContext();
        var thread = Environment.CurrentManagedThreadId;
        var threads = new HashSet<int>();
        _service.OnStream = async (reader, writer, _) =>
        {
            while (await reader.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                threads.Add(Environment.CurrentManagedThreadId);
                await writer.WriteAsync(new StreamMessageResponse { Arbitration = reader.Current.Arbitration }).ConfigureAwait(false);
            }
        };
        using var call = _client.StreamChannel();
        var seen = new List<ulong>();
        var pump = Pump();
        for (ulong device = 1; device <= 5; device++)
        {
            Assert.True(call.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new() { DeviceId = device } }).IsCompletedSuccessfully);
            Assert.Equal(device, seen[^1]);
        }
        Assert.False(pump.IsCompleted);
        Assert.True(call.RequestStream.CompleteAsync().IsCompletedSuccessfully);
        Assert.True(pump.IsCompletedSuccessfully);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal([thread], threads);

        async Task Pump()
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                threads.Add(Environment.CurrentManagedThreadId);
                seen.Add(call.ResponseStream.Current.Arbitration.DeviceId);
            }
        }
    }

    [Fact]
    public async Task Duplex_Disposed_HandlerUnwindsAndWritesFail()
    {
        LeaveTestContext();
        var unwound = false;
        _service.OnStream = async (reader, _, context) =>
        {
            try
            {
                await reader.MoveNext(context.CancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                unwound = true;
                throw;
            }
        };
        var call = _client.StreamChannel();
        var read = call.ResponseStream.MoveNext(CancellationToken.None);
        call.Dispose();
        Assert.True(unwound);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new()))).StatusCode);
    }

    [Fact]
    public async Task Duplex_ReaderTokenCancelled_CallEnds()
    {
        _service.OnStream = async (reader, _, _) => await reader.MoveNext(CancellationToken.None).ConfigureAwait(false);
        using var call = _client.StreamChannel();
        using var source = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(source.Token);
        await source.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Deadline_InThePast_HandlerNeverRuns()
    {
        var ran = false;
        _service.OnCapabilities = (_, _) =>
        {
            ran = true;
            return Task.FromResult(new CapabilitiesResponse());
        };
        var call = _client.CapabilitiesAsync(new CapabilitiesRequest(), deadline: DateTime.UnixEpoch);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.False(ran);
    }

    [Fact]
    public async Task Deadline_PassesOnTheGivenClock_CallFails()
    {
        var time = new ManualTime();
        var client = new P4.V1.P4Runtime.P4RuntimeClient(InProcessCallInvoker.For(_service, new InProcessOptions { Time = time }));
        _service.OnCapabilities = (_, _) => new TaskCompletionSource<CapabilitiesResponse>().Task;
        var call = client.CapabilitiesAsync(new CapabilitiesRequest(), deadline: time.GetUtcNow().UtcDateTime.AddSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), time.Due);
        Assert.False(call.ResponseAsync.IsCompleted);
        time.Fire();
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    // xunit's own context would queue continuations; the event loop's thread has none.
    private static void LeaveTestContext() => SynchronizationContext.SetSynchronizationContext(null);

    private static ReadResponse Response(uint id) => new() { Entities = { new Entity { TableEntry = new() { TableId = id } } } };
}
