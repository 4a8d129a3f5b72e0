using System.Text;
using Google.Protobuf;
using Grpc.Core;

namespace Telemetry.P4Runtime.Errors;

/// <summary>A P4Runtime call that failed: which, why, and for a write which updates.</summary>
public sealed class P4RuntimeException : Exception
{
    /// <summary>The trailer that carries a serialised google.rpc.Status.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    private const int MostShown = 10;

    public P4RuntimeException()
        : this(StatusCode.Unknown, "call", "", [], null)
    {
    }

    public P4RuntimeException(string message)
        : this(StatusCode.Unknown, "call", message, [], null)
    {
    }

    public P4RuntimeException(string message, Exception innerException)
        : this(StatusCode.Unknown, "call", message, [], innerException)
    {
    }

    public P4RuntimeException(StatusCode code, string operation, string detail, IReadOnlyList<UpdateError> updateErrors, Exception? innerException)
        : base(Compose(code, operation, detail, updateErrors), innerException)
    {
        Code = code;
        Operation = operation;
        UpdateErrors = updateErrors;
    }

    public StatusCode Code { get; }

    /// <summary>What was tried, with the device: "s1: Write of 12 updates".</summary>
    public string Operation { get; }

    /// <summary>The failed updates in batch order; empty where the call failed as a whole.</summary>
    public IReadOnlyList<UpdateError> UpdateErrors { get; }

    /// <summary>The same call may succeed later without a change: the target was away, busy, or too slow.</summary>
    public bool IsTransient => Code is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted
        || (UpdateErrors.Count > 0 && UpdateErrors.All(e => e.Code is StatusCode.Unavailable or StatusCode.Aborted));

    /// <summary>Translates a failed call; <paramref name="complete"/> says of an update's error what the update was. Details that cannot be read are left out.</summary>
    /// <param name="error">What the call threw.</param>
    /// <param name="operation">What was tried.</param>
    /// <param name="complete">Gets the error with its index in the batch, returns it with what is known of the update.</param>
    /// <param name="hint">What to do about it; may be empty.</param>
    public static P4RuntimeException From(RpcException error, string operation, Func<UpdateError, UpdateError>? complete = null, string hint = "")
    {
        ArgumentNullException.ThrowIfNull(error);
        var details = error.Trailers.Get(DetailsTrailer);
        var errors = details is { IsBinary: true } ? Decode(details.ValueBytes, complete) : [];
        var detail = hint.Length == 0 || errors.Count > 0 ? error.Status.Detail
            : error.Status.Detail.Length == 0 ? hint : $"{error.Status.Detail}; {hint}";
        return new P4RuntimeException(error.StatusCode, operation, detail, errors, error);
    }

    private static List<UpdateError> Decode(byte[] bytes, Func<UpdateError, UpdateError>? complete)
    {
        var errors = new List<UpdateError>();
        Google.Rpc.Status status;
        try
        {
            status = Google.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return errors;
        }
        for (var i = 0; i < status.Details.Count; i++)
        {
            if (!TryUnpack(status.Details[i], out var error) || error.CanonicalCode == 0)
                continue;
            var failed = new UpdateError(i, (StatusCode)error.CanonicalCode, error.Message, error.Space, error.Code, null);
            errors.Add(complete is null ? failed : complete(failed));
        }
        return errors;
    }

    private static bool TryUnpack(Google.Protobuf.WellKnownTypes.Any detail, out P4.V1.Error error)
    {
        try
        {
            return detail.TryUnpack(out error);
        }
        catch (InvalidProtocolBufferException)
        {
            error = new P4.V1.Error();
            return false;
        }
    }

    private static string Compose(StatusCode code, string operation, string detail, IReadOnlyList<UpdateError> errors)
    {
        if (errors.Count == 1)
            return $"{operation}: {errors[0]}";
        var text = new StringBuilder($"{operation}: {code}");
        if (detail.Length > 0)
            text.Append(": ").Append(detail);
        foreach (var error in errors.Take(MostShown))
            text.Append("\n  ").Append(error);
        if (errors.Count > MostShown)
            text.Append("\n  and ").Append(errors.Count - MostShown).Append(" more");
        return text.ToString();
    }
}
