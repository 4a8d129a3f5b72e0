"""Builds a planned lab in Mininet and runs jobs in it: pings, transfers, commands in hosts, and faults."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from typing import Any

from mininet.link import Link
from mininet.net import Mininet

from . import faults
from .management import ManagementNetwork
from .nodes import P4Switch, TelemetryHost
from .plan import LabPlan, LinkPlan
from .routers import LinuxRouter

START_SECONDS = 60
"""How long the switches may take to serve, on a machine that is busy with something else too."""


class MininetLab:
    """One running network. Close it; what it made is then gone."""

    def __init__(self, plan: LabPlan) -> None:
        self.plan = plan
        self.net = Mininet(controller=None, build=False, autoSetMacs=False)
        self._hosts = {host.name: host for host in plan.hosts}
        self._background: list[subprocess.Popen[Any]] = []
        self._management = ManagementNetwork(self.net, plan) if plan.management is not None else None
        self._delay_lines: dict[Any, str] = {}  # by the sender's interface
        self._lock = threading.Lock()  # jobs run at the same time; a node's own shell takes one command at a time

    def start(self) -> None:
        """Builds hosts, links and switches and waits until every switch serves; RuntimeError says which does not."""
        for host in self.plan.hosts:
            self.net.addHost(
                host.name, cls=TelemetryHost, ip=f"{host.address}/{host.prefix_length}", mac=host.mac, inNamespace=True
            )
        for router in self.plan.routers:
            self.net.addHost(router.name, cls=LinuxRouter, plan=router, ip=None, mac=None)
        for switch in self.plan.switches:
            self.net.addSwitch(switch.name, cls=P4Switch, plan=switch, log_folder=self.plan.log_folder)
        if self._management is not None:
            self._management.add_hosts()
        for link in self.plan.links:
            (a, a_port), (b, b_port) = link.a, link.b
            self.net.addLink(self.net[a], self.net[b], port1=a_port, port2=b_port, cls=Link)
        self.net.build()
        for link in self.plan.links:
            self._shape(link)
        if self._management is not None:
            self._management.build()
        for switch in self.plan.switches:
            listener = self._management.node_of(switch.name) if self._management is not None else None
            self.net[switch.name].add_report_link(self.plan.collector_address, self.plan.collector_mac, listener)
        for router in self.plan.routers:
            self.net[router.name].start()
        self.net.start()
        self._introduce_hosts()
        if self.plan.pcap_folder is not None:
            self._capture()
        deadline = time.monotonic() + START_SECONDS
        for switch in self.plan.switches:
            self.net[switch.name].wait_ready(deadline)

    def close(self) -> None:
        """Stops the transfers, the switches and the network."""
        for process in self._background:
            if process.poll() is None:
                process.terminate()
        for switch in self.plan.switches:  # all at once: each may take a second to end
            process = self.net[switch.name].process if switch.name in self.net else None
            if process is not None and process.poll() is None:
                process.terminate()
        if self._management is not None:
            self._management.stop()
        self.net.stop()

    def set_tier(self, name: str, command: list[str], ready: str) -> None:
        """Runs a tier of the collector in its host until it serves, or without a command ends it; RuntimeError says what went wrong."""
        if self._management is None:
            raise ValueError("this lab has no hosts for tiers")
        if command:
            self._management.start_tier(name, command, ready, START_SECONDS)
        else:
            self._management.stop_tier(name)

    def next_ended_tier(self) -> dict[str, Any]:
        """Waits for a tier that ends although nobody asked it to, and tells its name, exit code and last words."""
        if self._management is None:
            raise ValueError("this lab has no hosts for tiers")
        return self._management.next_ended()

    def ping(self, src: str, dst: str, count: int) -> dict[str, Any]:
        """Pings once each 200 ms; returns sent and received."""
        text = self._run(
            src, ["ping", "-n", "-i", "0.2", "-W", "2", "-c", str(int(count)), self._hosts[dst].address]
        )
        match = re.search(r"(\d+) packets transmitted, (\d+) received", text)
        if match is None:
            raise RuntimeError(f"ping from {src} to {dst} said: {text.strip()[:200]}")
        return {"src": src, "dst": dst, "sent": int(match[1]), "received": int(match[2])}

    def ping_all(self, count: int) -> dict[str, Any]:
        """Every host pings every other one, one process a host; returns sent, received and the pairs without answer."""
        script = 'n="$1"; shift; for a; do if ping -n -q -i 0.2 -W 2 -c "$n" "$a" | grep -q " $n received"; then :; else echo "$a"; fi; done'
        names = {host.address: host.name for host in self.plan.hosts}
        running = []
        for host in self.plan.hosts:
            others = [other.address for other in self.plan.hosts if other.name != host.name]
            command = ["sh", "-c", script, "sh", str(int(count)), *others]
            running.append((host.name, self._popen(host.name, command)))
        silent = [
            [name, names[line]] for name, process in running for line in process.communicate()[0].decode().split()
        ]
        pairs = len(self.plan.hosts) * (len(self.plan.hosts) - 1)
        return {"pairs": pairs, "answered": pairs - len(silent), "silent": silent}

    def iperf(self, src: str, dst: str, seconds: float, mbps: float, udp: bool, port: int) -> dict[str, Any]:
        """One iperf3 transfer; returns its rate at the receiver, and for UDP what was lost."""
        server = self.net[dst].popen(["iperf3", "-s", "-1", "-p", str(port)], stdout=subprocess.DEVNULL)
        self._background.append(server)
        time.sleep(0.3)  # iperf3 tells nobody when it listens
        arguments = ["iperf3", "-J", "-c", self._hosts[dst].address, "-p", str(port), "-t", str(seconds)]
        arguments += ["-b", f"{mbps}M"] if mbps > 0 else []
        arguments += ["-u", "-l", "1200"] if udp else []
        out = self._run(src, arguments)
        try:
            result = json.loads(out)
            if "error" in result:
                raise RuntimeError(f"iperf3 from {src} to {dst}: {result['error']}")
            end = result["end"]
            received = end["sum"] if udp else end["sum_received"]
        except (ValueError, KeyError) as fault:
            raise RuntimeError(f"iperf3 from {src} to {dst} said: {out[:200]!r}") from fault
        return {
            "src": src,
            "dst": dst,
            "protocol": "udp" if udp else "tcp",
            "mbps": received["bits_per_second"] / 1e6,
            "lost": received.get("lost_packets", 0),
            "packets": received.get("packets", 0),
            "retransmits": end.get("sum_sent", {}).get("retransmits", 0),
            "bytes_sent": end.get("sum_sent", {}).get("bytes", 0),
        }

    def execute(self, host: str, command: str, seconds: float) -> dict[str, Any]:
        """Runs a shell command in a host (or, for a switch's name, where the switches are); returns output and exit code."""
        process = self._popen(host, ["bash", "-c", command])
        try:
            out, _ = process.communicate(timeout=seconds if seconds > 0 else None)
            return {"output": out.decode(errors="replace"), "code": process.returncode}
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            return {"output": out.decode(errors="replace") + f"(ended after {seconds} s)\n", "code": 124}

    def process_of(self, host: str) -> int:
        """The process whose namespaces are the host's, as numbered inside the lab."""
        return int(self.net[host].pid)

    def shield(self, first: int, last: int) -> list[int]:
        """Keeps what arrives for these ports from every host's kernel; returns a process of each host's namespaces."""
        for host in self.plan.hosts:
            faults.shield(self.net[host.name], "eth0", first, last)
            # A port that the kernel gives to somebody's client must not be one of these.
            self.net[host.name].pexec(["sysctl", "-qw", f"net.ipv4.ip_local_port_range={last + 1} 65535"])
        return [self.process_of(host.name) for host in self.plan.hosts]

    def unshield(self) -> None:
        """Ends what :meth:`shield` did."""
        for host in self.plan.hosts:
            faults.unshield(self.net[host.name])
            self.net[host.name].pexec(["sysctl", "-qw", "net.ipv4.ip_local_port_range=32768 60999"])

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Takes every link between two devices down, or up again, at both ends.

        BMv2 stops receiving on all its ports once an interface of it is down (seen with 1.15.5: hosts on one switch
        no longer reach each other), so a link of BMv2 loses all frames instead.
        """
        with self._lock:
            if self._management is not None and self._management.has(a, b):
                self._management.set_link(a, b, up)
                return
            for link in self._links(a, b):
                ends = (link.intf1, link.intf2)
                if any(isinstance(end.node, P4Switch) and end.node.plan.thrift_port for end in ends):
                    for end in ends:
                        faults.set_cut(end.node, end.name, not up)
                    continue
                for interface in (link.intf1, link.intf2):
                    interface.ifconfig("up" if up else "down")
                    if up:
                        self._introduce(interface.node.name)  # the kernel forgot its routes

    def set_loss(self, a: str, b: str, fraction: float, prefix: str | None, match: str = "") -> None:
        """Loses a fraction of the frames from ``a`` to ``b`` (of those to a prefix, or that nft's words match); 0 ends it."""
        with self._lock:
            for sender in self._senders(a, b):
                faults.set_loss(sender.node, sender.name, fraction, f"ip daddr {prefix}" if prefix else match)

    def delay_lines(self, a: str, b: str) -> list[dict[str, Any]]:
        """For each link from ``a`` to ``b``, where the lab's process delays its frames: a process in the namespace of
        the sender, its interface, and both ends of a veth there; they are made the first time. RuntimeError says what
        the machine refused."""
        with self._lock:
            lines = []
            for sender in self._senders(a, b):
                if sender not in self._delay_lines:
                    name = f"delay{len(self._delay_lines)}"
                    faults.add_delay_line(sender.node, f"{name}i", f"{name}o")
                    self._delay_lines[sender] = name
                name = self._delay_lines[sender]
                lines.append({"pid": int(sender.node.pid), "interface": sender.name, "near": f"{name}i", "far": f"{name}o"})
            return lines

    def divert(self, a: str, b: str, on: bool, match: str = "") -> None:
        """Lets frames from ``a`` to ``b`` (those that nft's words ``match``) go by way of their delay lines, or no more."""
        with self._lock:
            for sender in self._senders(a, b):
                if on:
                    faults.divert(sender.node, sender.name, f"{self._delay_lines[sender]}i", match)
                else:
                    faults.end_divert(sender.node, sender.name)

    def set_link_rate(self, a: str, b: str, rate_bps: int) -> None:
        """The rate of the ports of switches from ``a`` to ``b``; ValueError where ``a`` has no port whose rate can be set."""
        for sender in self._senders(a, b):
            node = sender.node
            if isinstance(node, P4Switch):
                node.set_rate(node.ports[sender], rate_bps)
            elif isinstance(node, LinuxRouter):
                node.set_rate(node.ports[sender], rate_bps)

    def dropped(self, a: str, b: str) -> int:
        """How many frames the loss from ``a`` to ``b`` took so far."""
        with self._lock:
            return sum(faults.dropped(s.node, s.name) for s in self._senders(a, b))

    def set_report_loss(self, switch: str, fraction: float) -> None:
        """Loses a fraction of the reports of a switch; 0 ends it."""
        with self._lock:
            node = self._switch(switch)
            faults.set_loss(node, node.report_interface(), fraction)

    def set_rate(self, switch: str, port: int, rate_bps: int) -> None:
        """Changes the rate of a switch's port."""
        self._switch(switch).set_rate(port, rate_bps)

    def set_switch(self, switch: str, up: bool) -> None:
        """Ends a switch's process at once, and with it its links, or starts it again."""
        node = self._switch(switch)
        if not up:
            node.kill()
        neighbours = {n for i in node.intfList() if i.link for n in (i.link.intf1.node.name, i.link.intf2.node.name)} - {switch}
        for neighbour in sorted(neighbours):
            self.set_link(switch, neighbour, up)
        if up:
            with self._lock:
                node.start([])
            node.wait_ready(time.monotonic() + START_SECONDS)

    def _run(self, node: str, command: list[str]) -> str:
        return self._popen(node, command).communicate()[0].decode(errors="replace")

    def _popen(self, node: str, command: list[str]) -> "subprocess.Popen[bytes]":
        with self._lock:
            process = self.net[node].popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            self._background = [old for old in self._background if old.poll() is None] + [process]
            return process

    def _links(self, a: str, b: str) -> list[Any]:
        links = self.net.linksBetween(self.net[a], self.net[b]) if a in self.net and b in self.net else []
        if not links:
            raise ValueError(f"no link between {a} and {b}")
        return list(links)

    def _senders(self, a: str, b: str) -> list[Any]:
        return [link.intf1 if link.intf1.node.name == a else link.intf2 for link in self._links(a, b)]

    def _switch(self, name: str) -> P4Switch:
        if name not in self.net or not isinstance(self.net[name], P4Switch):
            raise ValueError(f"no switch {name}")
        return self.net[name]

    def _shape(self, link: LinkPlan) -> None:
        for (near, port), (far, _) in ((link.a, link.b), (link.b, link.a)):
            node = self.net[near]
            interface = node.defaultIntf() if near in self._hosts else node.intfs[port]
            if link.loss > 0:
                faults.set_loss(node, interface.name, link.loss)

    def _capture(self) -> None:
        """Writes one capture a link, at its first switch's end."""
        for link in self.plan.links:
            name, port = link.a if link.a[0] not in self._hosts else link.b
            interface = self.net[name].intfs[port].name
            self._background.append(
                subprocess.Popen(
                    ["tcpdump", "-i", interface, "-U", "-w", f"{self.plan.pcap_folder}/{interface}.pcap", "-Z", "root"],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

    def _introduce_hosts(self) -> None:
        for host in self.plan.hosts:
            self._introduce(host.name)

    def _introduce(self, name: str) -> None:
        """What the topology says, or else static neighbours and a route to everybody."""
        node = self.net[name]
        if isinstance(node, LinuxRouter):
            node.introduce()
        host = self._hosts.get(name)
        if host is None:
            return
        if host.commands:
            for command in host.commands:
                node.cmd(command)
        else:
            node.introduce([self.net[other.name] for other in self.plan.hosts], host.gateway_mac)
