"""Faults of links that the kernel makes: frames lost where they leave an interface.

They are dropped at the sender's egress, because a packet socket sees a frame that arrives before any filter does.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

from mininet.node import Node

_TABLE = "telemetry"
_PARTS = 1_000_000


def can_drop() -> bool:
    """Whether frames can be lost at all: nft is installed."""
    return shutil.which("nft") is not None


def set_loss(node: Node, interface: str, fraction: float, match: str = "") -> None:
    """Loses a fraction of the frames that leave ``interface`` (of those that nft's words ``match``); 0 ends it.

    RuntimeError says what nft did not like.
    """
    chain = re.sub(r"[^A-Za-z0-9]", "_", interface)
    lines = [
        f"add table netdev {_TABLE}",
        f'add chain netdev {_TABLE} {chain} {{ type filter hook egress device "{interface}" priority 0; }}',
        f"flush chain netdev {_TABLE} {chain}",
    ]
    if fraction > 0:
        part = "" if fraction >= 1 else f"numgen random mod {_PARTS} < {round(fraction * _PARTS)} "
        lines.append(f"add rule netdev {_TABLE} {chain} {match} {part}counter drop")
    _nft(node, lines)


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


def set_delay(node: Node, interface: str, delay_ms: float, jitter_ms: float) -> None:
    """Delays the frames that leave ``interface``, 0 ends it; RuntimeError where the kernel has no netem."""
    command = ["tc", "qdisc", "replace" if delay_ms > 0 else "delete", "dev", interface, "root"]
    command += ["netem", "delay", f"{delay_ms}ms", f"{jitter_ms}ms"] if delay_ms > 0 else []
    _, fault, code = node.pexec(command)
    if code != 0:
        raise RuntimeError(f"links cannot be delayed, this kernel has no netem: {fault.strip()}")


def dropped(node: Node, interface: str) -> int:
    """How many frames the loss on ``interface`` took since it was set."""
    chain = re.sub(r"[^A-Za-z0-9]", "_", interface)
    out, _, code = node.pexec(["nft", "-j", "list", "chain", "netdev", _TABLE, chain])
    if code != 0:
        return 0
    entries: list[dict[str, Any]] = json.loads(out)["nftables"]
    counters = [e["counter"]["packets"] for r in entries if "rule" in r for e in r["rule"]["expr"] if "counter" in e]
    return sum(counters)


def _nft(node: Node, lines: list[str]) -> None:
    _, fault, code = node.pexec(["nft", "; ".join(lines)])
    if code != 0:
        raise RuntimeError(f"nft refused \"{lines[-1]}\": {fault.strip().splitlines()[0] if fault.strip() else code}")
