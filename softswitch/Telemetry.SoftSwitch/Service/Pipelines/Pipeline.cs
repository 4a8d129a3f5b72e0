using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>A forwarding pipeline config: what the controller sent, the program it became, and the state that writes fill.</summary>
internal sealed class Pipeline(ForwardingPipelineConfig config, SwitchProgram program, PipelineBinding binding, SwitchState state)
{
    public ForwardingPipelineConfig Config { get; set; } = config;

    public SwitchProgram Program { get; } = program;

    public PipelineBinding Binding { get; } = binding;

    public SwitchState State { get; } = state;

    /// <summary>One-shot action sets as the controller wrote them, by the group that each became.</summary>
    public Dictionary<ActionGroup, ActionProfileActionSet> OneShots { get; } = [];

    /// <summary>How many entries use one-shot action sets, by profile.</summary>
    public Dictionary<ActionProfile, int> OneShotCounts { get; } = [];

    /// <summary>Multicast groups and clone sessions as the controller wrote them.</summary>
    public SortedDictionary<uint, MulticastGroupEntry> MulticastGroups { get; } = [];

    public SortedDictionary<uint, CloneSessionEntry> CloneSessions { get; } = [];

    /// <summary>Entries with an idle timeout.</summary>
    public IdleWatch Idle { get; } = new();

    /// <summary>Digests that the controller has asked for.</summary>
    public DigestWatch Digests { get; } = new(binding);
}
