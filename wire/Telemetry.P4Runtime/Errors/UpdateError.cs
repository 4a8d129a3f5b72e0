using Grpc.Core;

namespace Telemetry.P4Runtime.Errors;

/// <summary>
/// Why one update of a write failed: its index among the updates given, the code and text of the target, the target's own code space and code (0: none),
/// and, if the caller could say it, what the update was and what to do about it.
/// </summary>
public sealed record UpdateError(int Index, StatusCode Code, string Message, string Space, int TargetCode, string? Update, string? Hint = null)
{
    /// <summary>"update 3 (insert Ingress.ipv4_lpm ...): AlreadyExists: ...; modify it".</summary>
    public override string ToString() =>
        $"update {Index}{(Update is null ? "" : $" ({Update})")}: {Code}{(Message.Length > 0 ? $": {Message}" : "")}{(Hint is null ? "" : $"; {Hint}")}";
}
