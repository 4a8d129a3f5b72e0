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
from pathlib import Path
from typing import Any, Callable

from .control import serve, write_commands
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


Job = Callable[[MininetLab, dict[str, Any]], Any]

JOBS: dict[str, Job] = {
    "ping": lambda lab, r: lab.ping(r["src"], r["dst"], r["count"]),
    "pingall": lambda lab, r: lab.ping_all(r["count"]),
    "iperf": lambda lab, r: lab.iperf(r["src"], r["dst"], r["seconds"], r["mbps"], r["udp"], r["port"]),
    "exec": lambda lab, r: lab.execute(r["host"], r["command"], r["seconds"]),
    "pid": lambda lab, r: {"pid": lab.process_of(r["host"])},
    "shield": lambda lab, r: {"pids": lab.shield(r["first"], r["last"])},
    "unshield": lambda lab, r: lab.unshield(),
    "link": lambda lab, r: lab.set_link(r["a"], r["b"], r["up"]),
    "loss": lambda lab, r: lab.set_loss(r["a"], r["b"], r["fraction"], r.get("prefix"), r.get("match", "")),
    "delaylines": lambda lab, r: {"lines": lab.delay_lines(r["a"], r["b"])},
    "divert": lambda lab, r: lab.divert(r["a"], r["b"], r["on"], r.get("match", "")),
    "linkrate": lambda lab, r: lab.set_link_rate(r["a"], r["b"], r["bps"]),
    "dropped": lambda lab, r: {"frames": lab.dropped(r["a"], r["b"])},
    "reportloss": lambda lab, r: lab.set_report_loss(r["switch"], r["fraction"]),
    "rate": lambda lab, r: lab.set_rate(r["switch"], r["port"], r["bps"]),
    "tier": lambda lab, r: lab.set_tier(r["name"], r.get("command", []), r.get("ready", "")),
    "tierended": lambda lab, r: lab.next_ended_tier(),
    "switch": lambda lab, r: lab.set_switch(r["switch"], r["up"]),
}


def run(lab: MininetLab, request: dict[str, Any]) -> Any:
    """Runs one request; ValueError names an unknown one."""
    job = JOBS.get(str(request.get("do")))
    if job is None:
        raise ValueError(f"unknown job {request.get('do')!r}: expected one of {', '.join(JOBS)}")
    return job(lab, request)


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
        folder = lab.plan.log_folder
        names = [node.name for node in lab.net.hosts]
        processes = {name: lab.process_of(name) for name in names}
        write_commands(folder / "bin", processes, {h.name: h.address for h in lab.plan.hosts}, Path(__file__).parents[1])
        serve(folder, lambda request: run(lab, request))
        channel.send({"ready": True})
        for line in sys.stdin:
            request = json.loads(line)
            threading.Thread(target=answer, args=(channel, lab, request), daemon=True).start()
        return 0
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
