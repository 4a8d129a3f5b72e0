using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs;

namespace Telemetry.SoftSwitch.Service;

/// <summary>A forwarding pipeline config: what the controller sent, the program it became, and the state that writes fill.</summary>
internal sealed record Pipeline(ForwardingPipelineConfig Config, SwitchProgram Program, PipelineBinding Binding, SwitchState State);
