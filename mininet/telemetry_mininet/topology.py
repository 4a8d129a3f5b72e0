"""A Mininet network as the topology file that the program ``telemetry`` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mininet.net import Mininet
from mininet.node import Host

from .nodes import BMv2Switch, P4Switch, ScriptSwitch


def write_topology(net: Mininet, path: str | Path) -> Path:
    """Writes hosts, P4 switches and their links; ValueError names a link that telemetry could not follow."""
    file = Path(path)
    file.write_text(json.dumps(describe(net), indent=1), encoding="utf-8")
    return file


def describe(net: Mininet) -> dict[str, Any]:
    """The same as decoded JSON."""
    hosts = {host.name: {"ip": f"{host.IP()}/{host.defaultIntf().prefixLen}", "mac": host.MAC()} for host in net.hosts if host.defaultIntf()}
    switches = {s.name: _switch(s) for s in net.switches if isinstance(s, P4Switch)}
    known = {*hosts, *switches}
    links = [_link(link) for link in net.links if {link.intf1.node.name, link.intf2.node.name} <= known]
    return {"hosts": hosts, "switches": switches, "links": links}


def _switch(switch: P4Switch) -> dict[str, Any]:
    described: dict[str, Any] = {"target": "bmv2" if isinstance(switch, BMv2Switch) else "soft"}
    if isinstance(switch, ScriptSwitch):
        described["node_id"] = switch.device_id
    return described


def _link(link: Any) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for key, interface in (("a", link.intf1), ("b", link.intf2)):
        node = interface.node
        if isinstance(node, Host):
            described[key] = node.name
            continue
        port = node.ports[interface]
        if port < 1:
            raise ValueError(f"port {port} of {node.name} cannot have a link: switch ports are numbered from 1")
        described[key] = f"{node.name}-p{port}"
        for plan in node.plan.ports:
            if plan.number == port:
                described["queue"] = plan.queue_packets
                if plan.rate_bps > 0:
                    described["rate_mbps"] = plan.rate_bps / 1e6
    return described
