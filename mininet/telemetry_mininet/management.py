"""The links apart from the data plane: between switches, routers and the hosts of the collector's tiers.

Each device has a bridge for its management links, so all of them are one network. Tiers have a namespace of their own,
but the data center's, which is the lab's. A router's bridge has no address: its data plane cannot forward into it. A
switch's reports have a veth of their own to its node, which is up while management links lead from one to the other.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from typing import Any

from mininet.net import Mininet
from mininet.node import Node

from .collector import TelemetryProcess
from .nodes import REPORTS_THREAD, P4Switch, keep_time, run_in, run_ip
from .plan import LabPlan, ManagementPlan

_BRIDGE = "mg"
_GUARD = "telemetry_guard"
_FIRST_ROUTES = 1000
"""Routing tables of switches' management addresses start here."""


class TierHost(Node):
    """A host that runs one tier of the collector; it has management links only."""

    def __init__(self, name: str, **params: Any) -> None:
        super().__init__(name, **{**params, "inNamespace": True, "ip": None, "mac": None})


@dataclass
class _Link:
    a: str
    b: str
    ends: list[tuple[str, str]]  # device and interface
    up: bool = True

    def joins(self, a: str, b: str) -> bool:
        return {self.a, self.b} == {a, b}


class ManagementNetwork:
    """Bridges, links and tiers of one lab."""

    def __init__(self, net: Mininet, plan: LabPlan) -> None:
        assert plan.management is not None
        self._net, self._plan = net, plan
        self._management: ManagementPlan = plan.management
        self._links: list[_Link] = []
        self._tiers: dict[str, TelemetryProcess] = {}
        self._ended: queue.Queue[TelemetryProcess] = queue.Queue()

    def add_hosts(self) -> None:
        """Adds the tiers' hosts, before the network is built."""
        for tier in self._management.tiers:
            if tier.own_namespace:
                self._net.addHost(tier.name, cls=TierHost)

    def build(self) -> None:
        """Makes bridges, links and addresses, once the network is built; RuntimeError says what the machine refused."""
        self._guard()
        pairs: list[str] = []
        moves: list[str] = []
        inside: dict[Node | None, list[str]] = {}
        for device in sorted({end for link in self._management.links for end in link}):
            bridge = self._bridge(device)
            inside.setdefault(self._place(device), []).extend([f"link add {bridge} type bridge stp_state 0", f"link set {bridge} up"])
        for number, (a, b) in enumerate(self._management.links):
            link = _Link(a, b, [(a, f"mg{number}a"), (b, f"mg{number}b")])
            pairs.append(f"link add {link.ends[0][1]} type veth peer name {link.ends[1][1]}")
            for device, interface in link.ends:
                place = self._place(device)
                moves += [f"link set {interface} netns {place.pid}"] if place is not None else []
                inside[place].append(f"link set {interface} master {self._bridge(device)} up")
            self._links.append(link)
        for tier in self._management.tiers:
            bridge = self._bridge(tier.name)
            inside[self._place(tier.name)] += [
                f"link set {bridge} address {tier.mac}",
                f"address add {tier.address}/{tier.prefix_length} dev {bridge}",
                "link set lo up",
            ]
        for number, (name, switch) in enumerate(sorted(self._management.switches.items())):
            inside[None] += self._switch_lines(name, switch.address, _FIRST_ROUTES + number)
        run_ip(None, [*pairs, *moves])
        for place, lines in inside.items():
            run_ip(place, lines)

    def node_of(self, switch: str) -> Node | None:
        """The host whose node hears a switch."""
        node = self._management.switches[switch].node if switch in self._management.switches else ""
        return self._net[node] if node else None

    def has(self, a: str, b: str) -> bool:
        """Whether there is a management link between two devices."""
        return any(link.joins(a, b) for link in self._links)

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Cuts or mends a link, and the way of those switches' reports that it is part of."""
        for link in self._links:
            if link.joins(a, b):
                link.up = up
                for device, interface in link.ends:
                    run_in(self._place(device), ["ip", "link", "set", interface, "up" if up else "down"])
        for name, switch in self._management.switches.items():
            node: P4Switch = self._net[name]
            # The switch's own end stays up: BMv2 stops receiving once an interface of it is down.
            run_in(self.node_of(name), ["ip", "link", "set", node.collector_interface(), "up" if self._connects(name, switch.node) else "down"])

    def start_tier(self, name: str, command: list[str], ready: str, seconds: float) -> None:
        """Runs a tier in its host and waits until it says that it serves; RuntimeError tells what it said instead."""
        process = TelemetryProcess(name, command, ready, self._plan.log_folder, self._place(name))
        self._tiers[name] = process
        process.wait_ready(time.monotonic() + seconds)
        keep_time(process.process.pid, REPORTS_THREAD)
        threading.Thread(target=self._follow, args=(process,), daemon=True).start()

    def stop_tier(self, name: str) -> None:
        """Ends a tier, which delivers what it has first; one that has ended by itself stays ended."""
        process = self._tiers.pop(name, None)
        if process is not None:
            process.stop()

    def next_ended(self) -> dict[str, Any]:
        """Waits for a tier that ends although nobody asked it to: its name, exit code (minus the signal that killed it) and last words."""
        process = self._ended.get()
        return {"name": process.name, "code": process.process.returncode, "said": process.last_words()}

    def _follow(self, process: TelemetryProcess) -> None:
        process.process.wait()
        if self._tiers.get(process.name) is process:
            self._ended.put(process)

    def stop(self) -> None:
        """Ends all tiers."""
        for name in list(self._tiers):
            self.stop_tier(name)

    def _connects(self, a: str, b: str) -> bool:
        seen, waiting = {a}, [a]
        while waiting:
            here = waiting.pop()
            near = {link.b if link.a == here else link.a for link in self._links if link.up and here in (link.a, link.b)}
            waiting += near - seen
            seen |= near
        return b in seen

    def _place(self, device: str) -> Node | None:
        """The node whose namespace a device's management is in; None is the lab's own, with all switches."""
        node = self._net[device] if device in self._net else None
        return None if node is None or isinstance(node, P4Switch) else node

    def _bridge(self, device: str) -> str:
        return _BRIDGE if self._place(device) is not None else f"{device}-{_BRIDGE}"

    def _switch_lines(self, name: str, address: str, table: int) -> list[str]:
        """An address whose answers leave by the switch's own management links, although all switches share a namespace."""
        bridge = self._bridge(name)
        return [
            f"address add {address}/32 dev {bridge}",
            f"rule add from {address} lookup {table}",
            f"route add {self._management.network} dev {bridge} src {address} table {table}",
        ]

    def _guard(self) -> None:
        """The lab's namespace answers only for addresses of the interface that was asked, and nothing that hosts send
        through a switch's port gets to servers in it."""
        settings = [f"net.ipv4.conf.all.{setting}" for setting in ("arp_ignore=1", "arp_announce=2", "rp_filter=0")]
        run_in(None, ["sysctl", "-qw", *settings, "net.ipv4.conf.default.rp_filter=0"])
        ports = [f'"{interface.name}"' for s in self._plan.switches for interface in self._net[s.name].intfList() if interface.name != "lo"]
        if ports:
            chain = f"add chain inet {_GUARD} input {{ type filter hook input priority 0; }}"
            rule = f"add rule inet {_GUARD} input iifname {{ {', '.join(ports)} }} counter drop"
            run_in(None, ["nft", "; ".join([f"add table inet {_GUARD}", chain, rule])])

