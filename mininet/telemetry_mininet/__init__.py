"""Mininet topologies whose switches are Telemetry's: nodes, the plan that describes a lab, and its control channel."""

from .nodes import TelemetryHost, TelemetrySwitch
from .plan import HostPlan, LabPlan, LinkPlan, PortPlan, SwitchPlan

__all__ = ["HostPlan", "LabPlan", "LinkPlan", "PortPlan", "SwitchPlan", "TelemetryHost", "TelemetrySwitch"]
