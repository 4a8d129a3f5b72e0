"""Mininet nodes: a host that P4 programs can work with, and switches that are processes on veth interfaces."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any, Mapping

from mininet.node import Host, Node, Switch

from .plan import PortPlan, SwitchPlan
from .queues import Bmv2Queues, packets_per_second

SWITCH_LINK_MTU = 9000
"""Between switches a frame carries INT on top of a host's 1500 bytes."""

SWITCH_NICENESS = -10
"""Switches go before what else runs: a switch that waits for a processor looks like a congested one."""

SWITCH_THREAD = "switch"
"""The thread of an embedded switch that packets pass."""

REPORTS_THREAD = "reports"
"""The thread of a node that takes reports."""

UNTIERED = {"DOTNET_TieredCompilation": "0"}
"""For processes of ours beside switches: each compiles what it runs once, and well. Compiling again what turned out to be
busy is left to threads that come after all others, so on a machine whose processors switches fill it never ends, and
switches fill them because it never ends: in ``campus`` with 13 such processes signs of life were up to 16 s late."""

REPORT_QUEUE_PACKETS = 1000
"""Reports leave in bursts, a burst of small copies for one of large packets: BMv2's 64 would lose some."""

REPORT_PORT = 500
"""The switch port that telemetry reports leave by."""

CPU_PORT = 510
"""The switch port of the controller."""

COLLECTOR_ADDRESS = "10.255.255.254"
"""Where switches send their reports; the outer end of each report link carries it."""

COLLECTOR_MAC = "02:54:4d:00:00:01"

REPORT_UDP_PORT = 32766
"""Where a collector node hears them."""

FIRST_GRPC_PORT = 50050
"""Switch n serves P4Runtime on 127.0.0.1:(50050 + n)."""

FIRST_THRIFT_PORT = 9090


class TelemetryHost(Host):
    """A host whose interface is called eth0, computes its own checksums and speaks no IPv6 (unless ``ipv6=True``).

    A checksum that veth leaves for hardware would reach the switch unfinished, and a segment that was merged by the
    kernel would not fit the link; ``offload=True`` leaves both on, for switches that can deal with it.
    """

    def __init__(self, name: str, ipv6: bool = False, offload: bool = False, **params: Any) -> None:
        self._ipv6, self._offload = ipv6, offload
        super().__init__(name, **params)

    def config(self, **params: Any) -> dict[str, Any]:
        result = super().config(**params)
        interface = self.defaultIntf()
        if interface is not None:
            if interface.name != "eth0":
                interface.rename("eth0")
            if not self._offload:
                for feature in ("rx", "tx", "sg", "tso", "gso", "gro"):
                    self.cmd(f"ethtool -K eth0 {feature} off")
        if not self._ipv6:
            self.cmd("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
        return result

    def introduce(self, others: "list[Host]", gateway_mac: str = "") -> None:
        """Static neighbours and a route to everybody: P4 switches rewrite MAC addresses and answer no ARP.

        With ``gateway_mac`` everybody is behind a router.
        """
        lines = ["route replace default dev eth0"]
        lines += [
            f"neigh replace {other.IP()} lladdr {gateway_mac or other.MAC()} dev eth0 nud permanent"
            for other in others
            if other is not self
        ]
        run_ip(self, lines)


class P4Switch(Switch):
    """A P4 switch process with simple_switch_grpc's command line, on veth, as a plan has it."""

    def __init__(self, name: str, plan: SwitchPlan, log_folder: Any = None, **params: Any) -> None:
        params["inNamespace"] = False  # all switches and the collector share the namespace of the lab
        params.setdefault("dpid", f"{plan.grpc_port:016x}")
        super().__init__(name, **params)
        self.plan = plan
        self.log_path = Path(log_folder or tempfile.mkdtemp(prefix="telemetry-switch-")) / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._controllers: list[Any] = []
        self._serves = False

    def report_interface(self) -> str:
        """The interface that the switch sends telemetry reports from."""
        return f"{self.name}-rep"

    def collector_interface(self) -> str:
        """The outer end of the report link, where the collector hears the switch."""
        return f"{self.name}-col"

    def add_report_link(
        self, collector_address: str = COLLECTOR_ADDRESS, collector_mac: str = COLLECTOR_MAC, listener: Node | None = None
    ) -> None:
        """Makes the veth of the report port; its outer end carries the collector's address, in ``listener``'s namespace or here."""
        inside, outside = self.report_interface(), self.collector_interface()
        for place, command in (
            (None, ["ip", "link", "add", inside, "type", "veth", "peer", "name", outside]),
            (None, ["ip", "link", "set", outside, "netns", str(listener.pid)] if listener is not None else []),
            (listener, ["ip", "link", "set", outside, "address", collector_mac]),
            (listener, ["ip", "address", "add", f"{collector_address}/32", "dev", outside]),
            (listener, ["sysctl", "-qw", f"net.ipv4.conf.{outside}.rp_filter=0", f"net.ipv4.conf.{outside}.accept_local=1"]),
            (listener, ["sysctl", "-qw", f"net.ipv6.conf.{outside}.disable_ipv6=1"]),
            (None, ["sysctl", "-qw", f"net.ipv6.conf.{inside}.disable_ipv6=1"]),
            (None, ["ip", "link", "set", inside, "up"]),
            (listener, ["ip", "link", "set", outside, "up"]),
        ):
            if command:
                run_in(place, command)

    def start(self, controllers: list[Any]) -> None:
        """Starts the process; :meth:`wait_ready` waits for it to serve."""
        self._controllers, self._serves = controllers, False
        if self.report_interface() not in {name for _, name in socket.if_nameindex()}:
            self.add_report_link()
        arguments = list(self.plan.command)
        for number, interface in sorted(self.intfs.items()):
            if number == 0 or interface.name == "lo":
                continue
            self.cmd(f"sysctl -qw net.ipv6.conf.{interface.name}.disable_ipv6=1")
            if self._leads_to_device(interface):
                interface.ifconfig("mtu", str(SWITCH_LINK_MTU))
            arguments += ["-i", f"{number}@{interface.name}"]
        arguments += ["-i", f"{self.plan.report_port}@{self.report_interface()}"]
        arguments += self.plan.tail
        self._log = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True, env=untiered()
        )
        put_first(self.process.pid)

    def wait_ready(self, deadline: float) -> None:
        """Returns once the switch answers on its gRPC port and has its queues; RuntimeError says what its log ends with."""
        self._wait_port(self.plan.grpc_port, "gRPC", deadline)
        if self.plan.thrift_port:
            self._wait_port(self.plan.thrift_port, "Thrift", deadline)
            with Bmv2Queues(self.plan.thrift_port) as queues:
                queues.set_depth(self.plan.report_port, REPORT_QUEUE_PACKETS)
                for port in self.plan.ports:
                    queues.set_depth(port.number, port.queue_packets)
                    if port.rate_bps > 0:
                        queues.set_rate(port.number, packets_per_second(port.rate_bps))
        elif any(port.rate_bps > 0 for port in self.plan.ports) and self.process is not None:
            keep_time(self.process.pid, SWITCH_THREAD)
        self._serves = True

    def connected(self) -> bool:
        """Whether it serves and, where a :class:`TelemetryCollector` programs it, is programmed: what ``Mininet(waitConnected=True)``
        waits for. RuntimeError when it, or the collector, has ended."""
        try:
            if not self._serves:
                self.wait_ready(0)
        except RuntimeError:
            if self.process is None or self.process.poll() is not None:
                raise
            return False
        return all(c.has_programmed(self) for c in self._controllers if hasattr(c, "has_programmed"))

    def set_rate(self, port: int, rate_bps: int) -> None:
        """Changes a port's rate while it runs, 0 is unlimited; RuntimeError says what the switch did not like."""
        if not self.plan.thrift_port:
            program = self.plan.command[: self.plan.command.index("switch") + 1]
            address = f"127.0.0.1:{self.plan.grpc_port}"
            done = subprocess.run(
                [*program, "--control", address, "rate", f"{port}={rate_bps}"], check=False, capture_output=True, text=True
            )
            if done.returncode != 0:
                raise RuntimeError(f"{self.name}: {done.stderr.strip()}")
            return
        with Bmv2Queues(self.plan.thrift_port) as queues:
            queues.set_rate(port, packets_per_second(rate_bps))

    def kill(self) -> None:
        """Ends the process at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

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
        if deleteIntfs:
            subprocess.run(["ip", "link", "delete", self.report_interface()], check=False, capture_output=True)
        super().stop(deleteIntfs)

    @staticmethod
    def _leads_to_device(interface: Any) -> bool:
        link = interface.link
        return link is not None and not any(isinstance(end.node, TelemetryHost) for end in (link.intf1, link.intf2))

    def _wait_port(self, port: int, what: str, deadline: float) -> None:
        while True:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self._log_end()}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name} does not serve {what}: {self._log_end()}") from None
                time.sleep(0.05)

    def _log_end(self) -> str:
        try:
            lines = self.log_path.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "its log is empty"


class ScriptSwitch(P4Switch):
    """What the two switch classes for Mininet scripts have in common: numbers from the switch's name, or ``device_id``."""

    def __init__(
        self,
        name: str,
        device_id: int | None = None,
        rates_bps: Mapping[int, int] | None = None,
        queues: Mapping[int, int] | None = None,
        log_folder: str | Path | None = None,
        **params: Any,
    ) -> None:
        digits = re.search(r"\d+$", name)
        if device_id is None and digits is None:
            raise ValueError(f"switch {name} needs a device_id: its name ends in no number")
        self.device_id = device_id if device_id is not None else int(digits[0])  # type: ignore[index]
        grpc = FIRST_GRPC_PORT + self.device_id
        ports = sorted({*(rates_bps or {}), *(queues or {})})
        plans = [PortPlan(p, (rates_bps or {}).get(p, 0), (queues or {}).get(p, 64)) for p in ports]
        folder = Path(log_folder or tempfile.mkdtemp(prefix="telemetry-switch-"))
        options = ["--device-id", str(self.device_id), "--no-p4"]
        tail = ["--", "--grpc-server-addr", f"127.0.0.1:{grpc}", "--cpu-port", str(CPU_PORT), "--priority-queues", "8"]
        command, thrift, own = self._command(plans, folder, name)
        plan = SwitchPlan(name, command, options + own + tail, grpc, plans, REPORT_PORT, thrift)
        super().__init__(name, plan, folder, **params)

    def _command(self, ports: list[PortPlan], folder: Path, name: str) -> tuple[list[str], int, list[str]]:
        """What starts the switch, its Thrift port, and options of the target."""
        raise NotImplementedError


class TelemetrySwitch(ScriptSwitch):
    """The embedded switch on veth: ``net.addSwitch("s1", cls=TelemetrySwitch, rates_bps={1: 10_000_000})``.

    ``program`` is the path of the launcher ``telemetry``; without it that of this checkout, or else of the PATH.
    """

    def __init__(self, name: str, program: str | Path | None = None, **params: Any) -> None:
        self._program = str(program or telemetry_program())
        super().__init__(name, **params)

    def _command(self, ports: list[PortPlan], folder: Path, name: str) -> tuple[list[str], int, list[str]]:
        command = [self._program, "switch"]
        for port in ports:
            command += ["--queue-rate", f"{port.number}={port.rate_bps}"] if port.rate_bps else []
            command += ["--queue-depth", f"{port.number}={port.queue_packets}"]
        return command, 0, []


class BMv2Switch(ScriptSwitch):
    """simple_switch_grpc on veth. A rate in bits becomes one in packets of 1000 bytes: BMv2 counts packets.

    It takes rates and depths once it serves: :meth:`wait_ready`, or ``Mininet(waitConnected=True)``, sets them.

    ``program`` is the path of simple_switch_grpc; without it that of the PATH.
    """

    def __init__(self, name: str, program: str | Path | None = None, **params: Any) -> None:
        found = str(program) if program else shutil.which("simple_switch_grpc")
        if found is None:
            raise RuntimeError("simple_switch_grpc is not on the PATH: name it, or use TelemetrySwitch")
        self._program = found
        super().__init__(name, **params)

    def _command(self, ports: list[PortPlan], folder: Path, name: str) -> tuple[list[str], int, list[str]]:
        thrift = FIRST_THRIFT_PORT + self.device_id
        return [self._program], thrift, [
            "--thrift-port", str(thrift), "--notifications-addr", f"ipc://{folder}/{name}.ipc",
        ]  # fmt: skip


def run_in(place: Node | None, command: list[str]) -> None:
    """Runs a command in a node, or without one in this namespace; RuntimeError says what was refused."""
    if place is None:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        fault, code = done.stderr, done.returncode
    else:
        _, fault, code = place.pexec(command)
    if code != 0:
        raise RuntimeError(f"{' '.join(command)}{'' if place is None else f' in {place.name}'}: {fault.strip() or code}")


def run_ip(place: Node | None, lines: list[str]) -> None:
    """Runs many ``ip`` commands as one process, in a node, or without one in this namespace; RuntimeError says what ip did not like."""
    start = subprocess.Popen if place is None else place.popen
    process = start(["ip", "-batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out, _ = process.communicate("\n".join(lines).encode())
    if process.returncode != 0:
        raise RuntimeError(f"ip{'' if place is None else f' in {place.name}'}: {out.decode(errors='replace').strip()}")


def untiered() -> dict[str, str]:
    """This process's environment with :data:`UNTIERED`, unless somebody set that otherwise."""
    return {**UNTIERED, **os.environ}


def put_first(process: int) -> None:
    """Gives a process, and the session that it leads, the niceness of switches; it stays as it is where that is not allowed."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, SWITCH_NICENESS)
        # Linux shares processors among sessions first, where that is on, and a session's niceness is its own.
        Path(f"/proc/{process}/autogroup").write_text(str(SWITCH_NICENESS), encoding="ascii")


def keep_time(process: int, name: str) -> None:
    """Runs threads of that name in a process before all usual ones; they stay as they are where that is not allowed.

    For the one of an embedded switch whose lines have rates, so that it sleeps most of the time: niceness alone lets it
    wait some milliseconds on a busy machine. What else the process does, compiling programs first of all, can wait. BMv2
    has no such thread, and would take whole processors in a flood, from its collector too. For a node's thread that takes
    reports, which would otherwise get no turn beside such switches in a flood.
    """
    for thread in Path(f"/proc/{process}/task").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (thread / "comm").read_text().strip() == name:
                os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(1))


def telemetry_program() -> str:
    """What ``TELEMETRY_PROGRAM`` names, the launcher beside this package, or else that on the PATH; RuntimeError when there is none."""
    launcher = Path(__file__).resolve().parents[2] / "telemetry"
    found = os.environ.get("TELEMETRY_PROGRAM") or (str(launcher) if launcher.exists() else shutil.which("telemetry"))
    if found is None:
        raise RuntimeError("the program telemetry is neither beside the package nor on the PATH")
    return found
