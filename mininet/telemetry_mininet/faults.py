"""Faults of links at the sender's egress: frames lost, or handed to whoever delays them.

Not where they arrive: a packet socket sees a frame that arrives before any filter does.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

from mininet.node import Node

from .nodes import SWITCH_LINK_MTU, run_in, run_ip

DELAYED_MARK = 0x54440001
"""Marks frames that were delayed and may leave now; ``DelayMark`` of the lab's process has the same."""

_TABLE = "telemetry"
_PARTS = 1_000_000


def can_drop() -> bool:
    """Whether frames can be lost at all: nft is installed."""
    return shutil.which("nft") is not None


def set_loss(node: Node, interface: str, fraction: float, match: str = "") -> None:
    """Loses a fraction of the frames that leave ``interface`` (of those that nft's words ``match``); 0 ends it.

    A frame that is delayed was judged before.
    RuntimeError says what nft did not like.
    """
    chain = _chain(interface)
    lines = [
        f"add table netdev {_TABLE}",
        f'add chain netdev {_TABLE} {chain} {{ type filter hook egress device "{interface}" priority 0; }}',
        f"flush chain netdev {_TABLE} {chain}",
    ]
    if fraction > 0:
        part = "" if fraction >= 1 else f"numgen random mod {_PARTS} < {round(fraction * _PARTS)} "
        lines.append(f"add rule netdev {_TABLE} {chain} meta mark != {DELAYED_MARK} {match} {part}counter drop")
    _nft(node, lines)


def set_cut(node: Node, interface: str, cut: bool) -> None:
    """Loses all frames that leave ``interface``, those under way too, beside whatever loss it has; RuntimeError says what nft did not like."""
    chain = f"{_chain(interface)}_cut"
    lines = [
        f"add table netdev {_TABLE}",
        f'add chain netdev {_TABLE} {chain} {{ type filter hook egress device "{interface}" priority -10; }}',
        f"flush chain netdev {_TABLE} {chain}",
    ]
    _nft(node, [*lines, f"add rule netdev {_TABLE} {chain} counter drop"] if cut else lines)


def shield(node: Node, interface: str, first: int, last: int) -> None:
    """Drops what arrives for these TCP and UDP ports before the kernel answers it; packet sockets have seen it by then."""
    _nft(
        node,
        [
            f"add table netdev {_TABLE}",
            f'add chain netdev {_TABLE} shield {{ type filter hook ingress device "{interface}" priority 0; }}',
            f"flush chain netdev {_TABLE} shield",
            f"add rule netdev {_TABLE} shield ip protocol {{ tcp, udp }} th dport {first}-{last} drop",
        ],
    )


def unshield(node: Node) -> None:
    """Ends :func:`shield`."""
    _nft(node, [f"add table netdev {_TABLE}", f"flush chain netdev {_TABLE} shield"])


def add_delay_line(node: Node, near: str, far: str) -> None:
    """Makes the veth whose one end frames are handed to and whose other end the lab's process reads; RuntimeError says what the machine refused."""
    run_ip(node, [f"link add {near} mtu {SWITCH_LINK_MTU} type veth peer name {far} mtu {SWITCH_LINK_MTU}"])
    # A host's kernel leaves large segments and checksums to the interface that sends: here, to this one.
    run_in(node, ["ethtool", "-K", near, "tx", "off", "sg", "off", "tso", "off", "gso", "off"])
    run_in(node, ["sysctl", "-qwe", f"net.ipv6.conf.{near}.disable_ipv6=1", f"net.ipv6.conf.{far}.disable_ipv6=1"])
    _nft(
        node,
        [
            f"add table netdev {_TABLE}",
            # Nothing there is for the kernel; packet sockets have seen it by then.
            f'add chain netdev {_TABLE} {far} {{ type filter hook ingress device "{far}" priority 0; policy drop; }}',
        ],
    )
    run_ip(node, [f"link set {near} arp off up", f"link set {far} arp off up"])


def divert(node: Node, interface: str, near: str, match: str = "") -> None:
    """Hands the frames that would leave ``interface`` (those that nft's words ``match``) to ``near`` instead; RuntimeError where nft cannot."""
    chain = f"{_chain(interface)}_delay"
    _nft(
        node,
        [
            f"add table netdev {_TABLE}",
            # After loss: what is lost is not delayed.
            f'add chain netdev {_TABLE} {chain} {{ type filter hook egress device "{interface}" priority 10; }}',
            f"flush chain netdev {_TABLE} {chain}",
            f'add rule netdev {_TABLE} {chain} meta mark != {DELAYED_MARK} {match} fwd to "{near}"',
        ],
    )


def end_divert(node: Node, interface: str) -> None:
    """Ends :func:`divert`, where there was one."""
    chain = f"{_chain(interface)}_delay"
    node.pexec(["nft", "delete", "chain", "netdev", _TABLE, chain])


def dropped(node: Node, interface: str) -> int:
    """How many frames the loss on ``interface`` took since it was set."""
    chain = _chain(interface)
    out, _, code = node.pexec(["nft", "-j", "list", "chain", "netdev", _TABLE, chain])
    if code != 0:
        return 0
    entries: list[dict[str, Any]] = json.loads(out)["nftables"]
    counters = [e["counter"]["packets"] for r in entries if "rule" in r for e in r["rule"]["expr"] if "counter" in e]
    return sum(counters)


def _chain(interface: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", interface)


def _nft(node: Node, lines: list[str]) -> None:
    _, fault, code = node.pexec(["nft", "; ".join(lines)])
    if code != 0:
        raise RuntimeError(f"nft refused \"{lines[-1]}\": {fault.strip().splitlines()[0] if fault.strip() else code}")
