"""Mininet topologies whose switches are P4 switches with telemetry: nodes for scripts, and planned labs."""

from .nodes import BMv2Switch, P4Switch, TelemetryHost, TelemetrySwitch
from .plan import HostPlan, LabPlan, LinkPlan, PortPlan, SwitchPlan
from .queues import Bmv2Queues

__all__ = [
    "BMv2Switch",
    "Bmv2Queues",
    "HostPlan",
    "LabPlan",
    "LinkPlan",
    "P4Switch",
    "PortPlan",
    "SwitchPlan",
    "TelemetryHost",
    "TelemetrySwitch",
]
