"""Mininet topologies whose switches are P4 switches with telemetry: nodes for scripts, and planned labs."""

from .collector import TelemetryCollector
from .nodes import BMv2Switch, P4Switch, TelemetryHost, TelemetrySwitch
from .plan import HostPlan, LabPlan, LinkPlan, PortPlan, SwitchPlan
from .queues import Bmv2Queues
from .topology import write_topology

__all__ = [
    "BMv2Switch",
    "Bmv2Queues",
    "HostPlan",
    "LabPlan",
    "LinkPlan",
    "P4Switch",
    "PortPlan",
    "SwitchPlan",
    "TelemetryCollector",
    "TelemetryHost",
    "TelemetrySwitch",
    "write_topology",
]
