"""Runs one planned lab: ``python3 -m telemetry_mininet PLAN.json``.

Speaks JSON lines. On standard output first ``{"ready": true}`` or ``{"error": ...}``, then one answer for each
request from standard input: ``{"id": 1, "do": "ping", ...}`` gives ``{"id": 1, "result": ...}`` or
``{"id": 1, "error": ...}``. Requests run at the same time. The end of standard input, or SIGTERM, ends the lab.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

from .lab import MininetLab
from .plan import LabPlan


class Channel:
    """Writes one JSON line at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else prints must not break the protocol

    def send(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._out.write(json.dumps(message) + "\n")
            self._out.flush()


def run(lab: MininetLab, request: dict[str, Any]) -> Any:
    """Runs one request; ValueError names an unknown one."""
    job = request.get("do")
    if job == "ping":
        return lab.ping(request["src"], request["dst"], request["count"])
    if job == "iperf":
        return lab.iperf(
            request["src"], request["dst"], request["seconds"], request["mbps"], request["udp"], request["port"]
        )
    if job == "link":
        return lab.set_link(request["a"], request["b"], request["up"])
    raise ValueError(f"unknown job {job!r}: expected ping, iperf or link")


def answer(channel: Channel, lab: MininetLab, request: dict[str, Any]) -> None:
    try:
        channel.send({"id": request.get("id"), "result": run(lab, request)})
    except Exception as fault:  # the other side decides what a failed job means
        channel.send({"id": request.get("id"), "error": f"{type(fault).__name__}: {fault}"})


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python3 -m telemetry_mininet PLAN.json", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the program, and the program ends this
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    channel = Channel()
    lab = MininetLab(LabPlan.read(sys.argv[1]))
    try:
        try:
            lab.start()
        except Exception as fault:
            channel.send({"error": f"{type(fault).__name__}: {fault}"})
            return 1
        channel.send({"ready": True})
        for line in sys.stdin:
            request = json.loads(line)
            threading.Thread(target=answer, args=(channel, lab, request), daemon=True).start()
        return 0
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
