"""Linux routers and firewalls: devices between hosts that run no P4."""

from __future__ import annotations

from typing import Any

from mininet.node import Node

from .nodes import SWITCH_LINK_MTU, TelemetryHost, run_ip
from .plan import RouterPlan

_TABLE = "telemetry_rules"
_LARGEST_FRAME_BYTES = 1514


class LinuxRouter(Node):
    """Forwards IPv4 in a namespace of its own, by routes to each host, over ways of equal cost by flow; its rules are nft's."""

    def __init__(self, name: str, plan: RouterPlan, **params: Any) -> None:
        super().__init__(name, **{**params, "inNamespace": True, "ip": None, "mac": None})
        self.plan = plan

    def start(self) -> None:
        """Sets everything up, once its links are there; RuntimeError says what the machine refused."""
        # Whoever sees no reply path, as with made-up sources, would drop; who knows a shorter way would tell hosts of it.
        settings = [
            "net.ipv4.ip_forward=1",
            "net.ipv4.fib_multipath_hash_policy=1",
            "net.ipv4.conf.all.rp_filter=0",
            "net.ipv4.conf.all.send_redirects=0",
            "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1",
        ]
        for port in self.plan.ports:
            name = self.interface(port.number)
            settings += [f"net.ipv4.conf.{name}.rp_filter=0", f"net.ipv4.conf.{name}.send_redirects=0"]
            for feature in ("rx", "tx", "sg", "tso", "gso", "gro"):
                self.pexec(["ethtool", "-K", name, feature, "off"])
            self.set_rate(port.number, port.rate_bps)
        self._check(["sysctl", "-qw", *settings])
        run_ip(
            self,
            [f"link set {self.interface(p.number)} address {p.mac}{self._mtu(p.number)} up" for p in self.plan.ports],
        )
        self.introduce()
        if self.plan.rules:
            rules = [f"add rule inet {_TABLE} forward {rule}" for rule in self.plan.rules]
            chain = f"add chain inet {_TABLE} forward {{ type filter hook forward priority 0; policy accept; }}"
            self._check(["nft", "; ".join([f"add table inet {_TABLE}", chain, *rules])])

    def introduce(self) -> None:
        """Routes and neighbours: at the start, and once an interface that was down is up again."""
        far_macs = {port.number: port.far_mac for port in self.plan.ports}
        lines = []
        for route in self.plan.routes:
            ways = [self.interface(number) for number in route.ports]
            lines.append(
                f"route replace {route.address}/32 " + (f"dev {ways[0]}" if len(ways) == 1 else " ".join(f"nexthop dev {w}" for w in ways))
            )
            lines += [
                f"neigh replace {route.address} lladdr {far_macs[number]} dev {self.interface(number)} nud permanent"
                for number in route.ports
            ]
        run_ip(self, lines)

    def set_rate(self, port: int, rate_bps: int) -> None:
        """The rate of a port, with a queue of whole frames before it; 0 is unlimited."""
        name = self.interface(port)
        if rate_bps <= 0:
            self.pexec(["tc", "qdisc", "delete", "dev", name, "root"])  # there may be none
            return
        depth = next(p.queue_packets for p in self.plan.ports if p.number == port)
        self._check(
            ["tc", "qdisc", "replace", "dev", name, "root", "tbf", "rate", f"{rate_bps}bit"]
            + ["burst", str(max(2 * SWITCH_LINK_MTU, rate_bps // 8 // 250))]  # what a timer of 4 ms lets through
            + ["limit", str(depth * _LARGEST_FRAME_BYTES)]
        )

    def interface(self, port: int) -> str:
        """The name of a port's interface."""
        return str(self.intfs[port].name)

    def _mtu(self, port: int) -> str:
        link = self.intfs[port].link
        far = link.intf2.node if link.intf1.node is self else link.intf1.node
        return "" if isinstance(far, TelemetryHost) else f" mtu {SWITCH_LINK_MTU}"

    def _check(self, command: list[str]) -> None:
        _, fault, code = self.pexec(command)
        if code != 0:
            raise RuntimeError(f"{self.name}: {' '.join(command)}: {fault.strip() or code}")
