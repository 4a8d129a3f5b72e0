using Grpc.Core;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.P4Runtime.Tests.Errors;

public sealed class P4RuntimeExceptionTests
{
    [Fact]
    public void From_FailedWrite_EveryFailedUpdateNamed()
    {
        var failure = WriteFailure.ToRpcException(
        [
            new P4.V1.Error(),
            new P4.V1.Error { CanonicalCode = (int)StatusCode.AlreadyExists, Message = "entry exists", Space = "soft", Code = 7 },
            new P4.V1.Error { CanonicalCode = (int)StatusCode.Unavailable },
        ]);
        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        var error = P4RuntimeException.From(failure, "s1: Write of 3 updates", e => e with { Update = $"insert #{e.Index}" });
        Assert.Equal((StatusCode.Unknown, "s1: Write of 3 updates", false), (error.Code, error.Operation, error.IsTransient));
        Assert.Equal([new UpdateError(1, StatusCode.AlreadyExists, "entry exists", "soft", 7, "insert #1"), new UpdateError(2, StatusCode.Unavailable, "", "", 0, "insert #2")], error.UpdateErrors);
        Assert.Equal("s1: Write of 3 updates: Unknown: 2 of 3 update(s) failed: entry exists\n  update 1 (insert #1): AlreadyExists: entry exists\n  update 2 (insert #2): Unavailable", error.Message);
        Assert.Same(failure, error.InnerException);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.DeadlineExceeded, true)]
    [InlineData(StatusCode.Aborted, true)]
    [InlineData(StatusCode.PermissionDenied, false)]
    [InlineData(StatusCode.Unknown, false)]
    public void IsTransient_ByCode(StatusCode code, bool transient) =>
        Assert.Equal(transient, P4RuntimeException.From(new RpcException(new Status(code, "")), "x").IsTransient);

    [Fact]
    public void IsTransient_OnlyBusyUpdates_True() =>
        Assert.True(P4RuntimeException.From(WriteFailure.ToRpcException([new P4.V1.Error { CanonicalCode = (int)StatusCode.Aborted }]), "x").IsTransient);

    // What a broken target sends must not hide the error itself.
    [Fact]
    public void From_UnreadableDetails_ErrorWithoutThem()
    {
        var random = new Random(6);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            var error = P4RuntimeException.From(
                new RpcException(new Status(StatusCode.Unknown, "why"), new Metadata { { P4RuntimeException.DetailsTrailer, bytes } }), "op");
            Assert.StartsWith("op: Unknown: why", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Message_ManyErrors_Cut()
    {
        var errors = Enumerable.Range(0, 25).Select(i => new P4.V1.Error { CanonicalCode = 3, Message = $"e{i}" }).ToList();
        var error = P4RuntimeException.From(WriteFailure.ToRpcException(errors), "op");
        Assert.Equal(25, error.UpdateErrors.Count);
        Assert.EndsWith("update 9: InvalidArgument: e9\n  and 15 more", error.Message, StringComparison.Ordinal);
    }
}
