using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Telemetry.P4Runtime.Errors;

/// <summary>The server's side of a failed write.</summary>
public static class WriteFailure
{
    /// <summary>
    /// The exception that a service throws: status UNKNOWN, and in the details trailer one error for each update of the batch, in order, code 0 where it succeeded.
    /// </summary>
    /// <param name="errors">One for each update of the request.</param>
    public static RpcException ToRpcException(IReadOnlyList<P4.V1.Error> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var failed = errors.Count(e => e.CanonicalCode != 0);
        var message = $"{failed} of {errors.Count} update(s) failed: {errors.FirstOrDefault(e => e.CanonicalCode != 0)?.Message}";
        var status = new Google.Rpc.Status { Code = (int)StatusCode.Unknown, Message = message };
        status.Details.AddRange(errors.Select(Any.Pack));
        return new RpcException(new Status(StatusCode.Unknown, message), new Metadata { { P4RuntimeException.DetailsTrailer, status.ToByteArray() } });
    }
}
