"""The plan of a lab: what ``telemetry lab --mininet`` writes and this package builds.

The program has already validated the topology, so a fault in here is a fault between the two and is raised at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class PortPlan:
    """One switch port: its number, its rate in bits per second (0: unlimited) and its queue's depth in packets."""

    number: int
    rate_bps: int = 0
    queue_packets: int = 64


@dataclass(frozen=True)
class SwitchPlan:
    """A switch: ``command`` starts it up to its interfaces and ``tail`` ends the command line.

    ``thrift_port`` is where BMv2 takes the queues of its ports; 0 for a switch that took them as options.
    """

    name: str
    command: list[str]
    tail: list[str]
    grpc_port: int
    ports: list[PortPlan]
    report_port: int
    thrift_port: int = 0


@dataclass(frozen=True)
class RouterPortPlan:
    """A router's port: its own MAC address, that of the other end, and its queue."""

    number: int
    mac: str
    far_mac: str
    rate_bps: int = 0
    queue_packets: int = 64


@dataclass(frozen=True)
class RoutePlan:
    """The ports, of equal cost, that lead to a host."""

    address: str
    ports: list[int]


@dataclass(frozen=True)
class RouterPlan:
    """A router, or with ``rules`` (nft's words, the first that matches decides) a firewall."""

    name: str
    ports: list[RouterPortPlan]
    routes: list[RoutePlan]
    rules: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class HostPlan:
    """A host with one interface; ``commands`` run in it once the network is up.

    ``gateway_mac`` is the router that it hangs on, if that is what it hangs on: all frames go there.
    """

    name: str
    address: str
    prefix_length: int
    mac: str
    commands: list[str] = field(default_factory=list)
    gateway_mac: str = ""


@dataclass(frozen=True)
class LinkPlan:
    """A link between (device, port) and (device, port); a host's port is 0."""

    a: tuple[str, int]
    b: tuple[str, int]
    loss: float = 0


@dataclass(frozen=True)
class TierPlan:
    """A machine of the collector; the data center's is the lab's own namespace."""

    name: str
    address: str
    prefix_length: int
    mac: str
    own_namespace: bool


@dataclass(frozen=True)
class ManagedSwitchPlan:
    """A switch's address for tiers, and the tier that hears its reports."""

    address: str
    node: str


@dataclass(frozen=True)
class ManagementPlan:
    """Links apart from the data plane, between devices by name; all are one network."""

    network: str
    tiers: list[TierPlan]
    switches: dict[str, ManagedSwitchPlan]
    links: list[tuple[str, str]]


@dataclass(frozen=True)
class LabPlan:
    """All of a lab, and where its switches send their reports."""

    switches: list[SwitchPlan]
    hosts: list[HostPlan]
    links: list[LinkPlan]
    collector_address: str
    collector_mac: str
    log_folder: Path
    pcap_folder: Path | None = None
    routers: list[RouterPlan] = field(default_factory=list)
    management: ManagementPlan | None = None

    @staticmethod
    def read(path: str) -> "LabPlan":
        """Reads a plan; KeyError and ValueError name what is missing or wrong."""
        with open(path, encoding="utf-8") as file:
            return LabPlan.parse(json.load(file))

    @staticmethod
    def parse(data: dict[str, Any]) -> "LabPlan":
        """Makes a plan of decoded JSON."""
        return LabPlan(
            switches=[
                SwitchPlan(
                    name=item["name"],
                    command=list(item["command"]),
                    tail=list(item["tail"]),
                    grpc_port=int(item["grpc_port"]),
                    ports=[PortPlan(int(p["number"]), int(p["rate_bps"]), int(p["queue_packets"])) for p in item["ports"]],
                    report_port=int(item["report_port"]),
                    thrift_port=int(item["thrift_port"]),
                )
                for item in data["switches"]
            ],
            hosts=[
                HostPlan(
                    item["name"],
                    item["address"],
                    int(item["prefix_length"]),
                    item["mac"],
                    list(item["commands"]),
                    item["gateway_mac"],
                )
                for item in data["hosts"]
            ],
            routers=[
                RouterPlan(
                    name=item["name"],
                    ports=[
                        RouterPortPlan(
                            int(p["number"]), p["mac"], p["far_mac"], int(p["rate_bps"]), int(p["queue_packets"])
                        )
                        for p in item["ports"]
                    ],
                    routes=[RoutePlan(r["address"], [int(p) for p in r["ports"]]) for r in item["routes"]],
                    rules=list(item["rules"]),
                )
                for item in data["routers"]
            ],
            links=[
                LinkPlan(
                    (item["a"][0], int(item["a"][1])),
                    (item["b"][0], int(item["b"][1])),
                    float(item["loss"]),
                )
                for item in data["links"]
            ],
            collector_address=data["collector_address"],
            collector_mac=data["collector_mac"],
            log_folder=Path(data["log_folder"]),
            pcap_folder=Path(data["pcap_folder"]) if data.get("pcap_folder") else None,
            management=_management(data["management"]) if data.get("management") else None,
        )


def _management(data: dict[str, Any]) -> ManagementPlan:
    return ManagementPlan(
        network=data["network"],
        tiers=[
            TierPlan(t["name"], t["address"], int(t["prefix_length"]), t["mac"], bool(t["own_namespace"])) for t in data["tiers"]
        ],
        switches={s["name"]: ManagedSwitchPlan(s["address"], s["node"]) for s in data["switches"]},
        links=[(a, b) for a, b in data["links"]],
    )
