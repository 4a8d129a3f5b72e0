"""Mininet nodes: a host that P4 programs can work with, and a switch that is a process on veth interfaces."""

from __future__ import annotations

import socket
import subprocess
import time
from typing import IO, Any

from mininet.node import Host, Switch

from .plan import SwitchPlan

SWITCH_LINK_MTU = 9000
"""Between switches a frame carries INT on top of a host's 1500 bytes."""


class TelemetryHost(Host):
    """A host whose interface is called eth0, computes its own checksums and speaks no IPv6.

    A checksum that veth leaves for hardware would reach the switch unfinished, and a segment that was merged by the
    kernel would not fit the link.
    """

    def config(self, **params: Any) -> dict[str, Any]:
        result = super().config(**params)
        interface = self.defaultIntf()
        if interface is not None:
            interface.rename("eth0")
            for feature in ("rx", "tx", "sg", "tso", "gso", "gro"):
                self.cmd(f"ethtool -K eth0 {feature} off")
        self.cmd("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
        return result


class TelemetrySwitch(Switch):
    """A P4 switch process (``telemetry switch``, or anything with simple_switch_grpc's command line) on veth."""

    def __init__(self, name: str, plan: SwitchPlan, log_folder: Any, **params: Any) -> None:
        params["inNamespace"] = False  # all switches and the collector share the namespace of the lab
        super().__init__(name, dpid=f"{plan.grpc_port:016x}", **params)
        self.plan = plan
        self.log_path = log_folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def report_interface(self) -> str:
        """The interface that the switch sends telemetry reports from."""
        return f"{self.name}-rep"

    def start(self, controllers: list[Any]) -> None:
        """Starts the process; :meth:`wait_ready` waits for it to serve."""
        arguments = list(self.plan.command)
        for number, interface in sorted(self.intfs.items()):
            if number == 0 or interface.name == "lo":
                continue
            self.cmd(f"sysctl -qw net.ipv6.conf.{interface.name}.disable_ipv6=1")
            arguments += ["-i", f"{number}@{interface.name}"]
        arguments += ["-i", f"{self.plan.report_port}@{self.report_interface()}"]
        arguments += self.plan.tail
        self._log = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def wait_ready(self, deadline: float) -> None:
        """Returns once the switch answers on its gRPC port; RuntimeError says what its log ends with."""
        while True:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self._log_end()}")
            try:
                socket.create_connection(("127.0.0.1", self.plan.grpc_port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name} does not serve gRPC: {self._log_end()}") from None
                time.sleep(0.05)

    def stop(self, deleteIntfs: bool = True) -> None:
        """Ends the process, gently first."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._log is not None:
            self._log.close()
        super().stop(deleteIntfs)

    def _log_end(self) -> str:
        try:
            lines = self.log_path.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "its log is empty"
