using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using P4.V1;
using FieldKind = P4.V1.FieldMatch.FieldMatchTypeOneofCase;

namespace Telemetry.Controller.Client;

/// <summary>
/// Writes as bytes, in one pass. The library's own way measures a message before writing it, and measures each nested
/// one again, so that the innermost of an entry is measured seven times; that costs more than making the entry does.
/// </summary>
internal sealed class WriteEncoding : Interceptor
{
    private const int UpdateBytes = 96;

    private static readonly Method<WriteRequest, WriteResponse> s_write = new(
        MethodType.Unary,
        P4.V1.P4Runtime.Descriptor.FullName,
        "Write",
        Marshallers.Create<WriteRequest>(
            static (request, context) =>
            {
                using BackwardWriter to = new(UpdateBytes * (request.Updates.Count + 1));
                Encode(request, to);
                context.SetPayloadLength(to.Length);
                context.GetBufferWriter().Write(to.Written);
                context.Complete();
            },
            static _ => throw new NotSupportedException("requests are not read here")),
        Marshallers.Create<WriteResponse>(
            static (answer, context) => context.Complete(answer.ToByteArray()),
            static context => WriteResponse.Parser.ParseFrom(context.PayloadAsReadOnlySequence())));

    public static WriteEncoding Instance { get; } = new();

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(
            request,
            s_write is Method<TRequest, TResponse> write && context.Method.FullName == write.FullName
                ? new ClientInterceptorContext<TRequest, TResponse>(write, context.Host, context.Options)
                : context);

    /// <summary>The same bytes that the library makes of it.</summary>
    internal static void Encode(WriteRequest request, BackwardWriter to)
    {
        to.Text(6, request.Role);
        to.Number(5, (long)request.Atomicity);
        for (int i = request.Updates.Count - 1; i >= 0; i--)
        {
            Update update = request.Updates[i];
            if (update.Entity?.TableEntry is not { } entry || !IsPlain(entry))
            {
                to.Message(4, update);
                continue;
            }

            int end = to.Length;
            Encode(entry, to);
            to.Nested(2, end);
            to.Nested(2, end);
            to.Number(1, (long)update.Type);
            to.Nested(4, end);
        }

        if (request.ElectionId is { } election)
        {
            int end = to.Length;
            to.Number(2, election.Low);
            to.Number(1, election.High);
            to.Nested(3, end);
        }

        to.Number(2, request.RoleId);
        to.Number(1, request.DeviceId);
    }

    /// <summary>What is written to a table: an action, nothing that only reads have, and keys of the kinds that P4Runtime has.</summary>
    private static bool IsPlain(TableEntry entry)
    {
        if (entry.Action is not { Action: not null } || entry.MeterConfig is not null || entry.CounterData is not null
            || entry.MeterCounterData is not null || entry.TimeSinceLastHit is not null || entry.IsConst)
        {
            return false;
        }

        for (int i = 0; i < entry.Match.Count; i++)
        {
            if (entry.Match[i].FieldMatchTypeCase is FieldKind.Other)
            {
                return false;
            }
        }

        return true;
    }

    private static void Encode(TableEntry entry, BackwardWriter to)
    {
        to.Bytes(11, entry.Metadata);
        to.Number(9, entry.IdleTimeoutNs);
        to.Number(8, entry.IsDefaultAction ? 1L : 0);
        to.Number(5, entry.ControllerMetadata);
        to.Number(4, (long)entry.Priority);
        int end = to.Length;
        P4.V1.Action action = entry.Action.Action;
        for (int i = action.Params.Count - 1; i >= 0; i--)
        {
            int before = to.Length;
            to.Bytes(3, action.Params[i].Value);
            to.Number(2, (ulong)action.Params[i].ParamId);
            to.Nested(4, before);
        }

        to.Number(1, (ulong)action.ActionId);
        to.Nested(1, end);
        to.Nested(3, end);
        for (int i = entry.Match.Count - 1; i >= 0; i--)
        {
            int before = to.Length;
            Encode(entry.Match[i], to);
            to.Nested(2, before);
        }

        to.Number(1, (ulong)entry.TableId);
    }

    private static void Encode(FieldMatch match, BackwardWriter to)
    {
        int end = to.Length;
        switch (match.FieldMatchTypeCase)
        {
            case FieldKind.Exact:
                to.Bytes(1, match.Exact.Value);
                to.Nested(2, end);
                break;
            case FieldKind.Ternary:
                to.Bytes(2, match.Ternary.Mask);
                to.Bytes(1, match.Ternary.Value);
                to.Nested(3, end);
                break;
            case FieldKind.Lpm:
                to.Number(2, (long)match.Lpm.PrefixLen);
                to.Bytes(1, match.Lpm.Value);
                to.Nested(4, end);
                break;
            case FieldKind.Range:
                to.Bytes(2, match.Range.High);
                to.Bytes(1, match.Range.Low);
                to.Nested(6, end);
                break;
            case FieldKind.Optional:
                to.Bytes(1, match.Optional.Value);
                to.Nested(7, end);
                break;
        }

        to.Number(1, (ulong)match.FieldId);
    }
}
