"""The collector's tiers, and the controller, as what Mininet starts before its switches."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from mininet.net import Mininet
from mininet.node import Controller, Node

from .nodes import COLLECTOR_ADDRESS, COLLECTOR_MAC, REPORT_UDP_PORT, REPORTS_THREAD, SWITCH_LINK_MTU, P4Switch, TelemetryHost, keep_time, put_first, telemetry_program, untiered
from .topology import write_topology

LOOPBACK = "127.0.0.1"

START_SECONDS = 300
"""How long a tier may take to serve: the launcher's first use builds the program."""

CENTER_PORT = 5501

FEED_PORT = 5502
"""Where ``telemetry tui``, ``status`` and ``feed`` connect by default."""


class TelemetryProcess:
    """One command of the program ``telemetry`` with its log; it ends with :meth:`stop`."""

    def __init__(self, name: str, arguments: list[str], ready: str, folder: Path, node: Node | None = None) -> None:
        self.name, self.ready = name, ready
        self.log_path = folder / f"{name}.log"
        self._log = open(self.log_path, "ab")  # one that takes another's place goes on in its log
        self._begins = self._log.seek(0, os.SEEK_END)
        # In a node it is Mininet that makes a session of its own.
        start, session = (subprocess.Popen, {"start_new_session": True}) if node is None else (node.popen, {})
        self.process: subprocess.Popen[bytes] = start(
            arguments, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT, env=untiered(), **session
        )
        put_first(self.process.pid)

    def says(self, words: str) -> bool:
        """Whether the log matches; RuntimeError when the process has ended, with what it said last."""
        text = self._said()
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.last_words()}")
        return re.search(words, text, re.MULTILINE) is not None

    def last_words(self) -> str:
        """The last line of its log."""
        return (self._said().strip().splitlines() or ["its log is empty"])[-1]

    def wait_ready(self, deadline: float) -> None:
        """Returns once it says that it serves; RuntimeError when it ends or does not."""
        while not self.says(self.ready):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not say {self.ready!r}; its log is {self.log_path}")
            time.sleep(0.05)

    def stop(self, seconds: float = 5) -> None:
        """Ends it gently, or else abruptly."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()

    def _said(self) -> str:
        return self.log_path.read_bytes()[self._begins :].decode(errors="replace")


class TelemetryCollector(Controller):
    """Collects what a script's switches measure: ``net.addController("c0", controller=TelemetryCollector, net=net)``.

    Starts with the network a data center, a center and a node that hears all switches, and introduces the hosts to
    each other. ``control`` also programs the switches (with ``program``, the shipped INT program by default) and
    keeps routes; without it they wait for a controller of yours. ``telemetry tui`` shows what is measured,
    ``history`` names a DuckDB file that keeps it. Logs are in ``log_folder``.
    """

    def __init__(
        self,
        name: str,
        net: Mininet,
        control: bool = True,
        program: str | Path | None = None,
        history: str | Path | None = None,
        log_folder: str | Path | None = None,
        telemetry: str | Path | None = None,
        **params: Any,
    ) -> None:
        self._net, self._control, self._program, self._history = net, control, program, history
        self._telemetry = str(telemetry or telemetry_program())
        self.log_folder = Path(log_folder or tempfile.mkdtemp(prefix="telemetry-collector-"))
        self.processes: list[TelemetryProcess] = []
        self._has_address = False
        super().__init__(name, **params)

    def checkListening(self) -> None:  # noqa: N802 - Mininet's name
        """Nothing to look for: a busy port is what a tier says itself."""

    def start(self) -> None:
        """Starts the processes; RuntimeError says which does not serve."""
        hosts = [host for host in self._net.hosts if isinstance(host, TelemetryHost)]
        for host in hosts:
            host.introduce(self._net.hosts)
        topology = str(write_topology(self._net, self.log_folder / "topology.json"))
        self._own_address()
        center, feed = f"{LOOPBACK}:{CENTER_PORT}", f"{LOOPBACK}:{FEED_PORT}"
        reports = f"{COLLECTOR_ADDRESS}:{REPORT_UDP_PORT}"
        history = ["--history", str(self._history)] if self._history else []
        self._run("datacenter", ["--listen", feed, *history], "serves on")
        self._run("center", ["--listen", center, "--upstream", feed, "--spool", "none"], "nodes on")
        self._run("node", ["--listen", reports, "--upstream", center, "--topology", topology], "reports on")
        keep_time(self.processes[-1].process.pid, REPORTS_THREAD)
        if self._control:
            program = ["--program", str(self._program)] if self._program else []
            mtu = ["--mtu", str(SWITCH_LINK_MTU - 100)]
            self._run(
                "controller",
                ["--topology", topology, "--report", reports, "--report-mac", COLLECTOR_MAC, "--collector", center, *mtu, *program],
                "",
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Returns once, with ``control``, every switch is programmed and every link between switches answers; RuntimeError
        says what does not. ``Mininet(waitConnected=True)`` waits for that too."""
        deadline = time.monotonic() + seconds
        for words in self._expected():
            self.processes[-1].ready = words
            self.processes[-1].wait_ready(deadline)

    def has_programmed(self, switch: P4Switch) -> bool:
        """Whether a switch has its program and entries and its links answer; RuntimeError when a process has ended."""
        expected = [w for w in self._expected() if re.search(rf"\b{re.escape(switch.name)}\b", w)]
        return all(self.processes[-1].says(w) for w in expected)

    def stop(self, *_: Any, **__: Any) -> None:
        """Ends controller, node, center and data center, in that order: what was measured arrives."""
        for process in reversed(self.processes):
            process.stop()
        self.processes.clear()
        if self._has_address:
            subprocess.run(["ip", "address", "delete", f"{COLLECTOR_ADDRESS}/32", "dev", "lo"], check=False, capture_output=True)
            self._has_address = False
        Node.stop(self)

    def _expected(self) -> list[str]:
        """What the controller says of switches and links that are as they should be; nothing without it."""
        if not self._control:
            return []
        names = {switch.name for switch in self._net.switches if isinstance(switch, P4Switch)}
        ends = [(link.intf1, link.intf2) for link in self._net.links]
        ports = [[f"{i.node.name}-p{i.node.ports[i]}" for i in pair] for pair in ends if {i.node.name for i in pair} <= names]
        return [f"^{re.escape(name)}: Primary" for name in sorted(names)] + [
            f"^({re.escape(a)} - {re.escape(b)}|{re.escape(b)} - {re.escape(a)}): up" for a, b in ports
        ]

    def _own_address(self) -> None:
        """Reports are sent to an address that each report link's outer end has, once there is one; the node binds it before."""
        command = ["ip", "address", "add", f"{COLLECTOR_ADDRESS}/32", "dev", "lo"]
        self._has_address = subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _run(self, tier: str, arguments: list[str], ready: str) -> None:
        command = [self._telemetry, tier, *arguments]
        process = TelemetryProcess(f"{self.name}-{tier}", command, ready, self.log_folder)
        self.processes.append(process)
        process.wait_ready(time.monotonic() + START_SECONDS)  # whoever finds nobody above waits longer before it tries again
