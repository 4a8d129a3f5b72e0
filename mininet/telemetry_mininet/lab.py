"""Builds a planned lab in Mininet and runs jobs in it: pings and transfers between its hosts."""

from __future__ import annotations

import json
import re
import subprocess
import time
from typing import Any

from mininet.link import Link
from mininet.net import Mininet

from .nodes import SWITCH_LINK_MTU, TelemetryHost, TelemetrySwitch
from .plan import LabPlan

START_SECONDS = 60
"""How long the switches may take to serve, on a machine that is busy with something else too."""


class MininetLab:
    """One running network. Close it; what it made is then gone."""

    def __init__(self, plan: LabPlan) -> None:
        self.plan = plan
        self.net = Mininet(controller=None, build=False, autoSetMacs=False)
        self._hosts = {host.name: host for host in plan.hosts}
        self._background: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Builds hosts, links and switches and waits until every switch serves; RuntimeError says which does not."""
        for host in self.plan.hosts:
            self.net.addHost(
                host.name, cls=TelemetryHost, ip=f"{host.address}/{host.prefix_length}", mac=host.mac, inNamespace=True
            )
        for switch in self.plan.switches:
            self.net.addSwitch(switch.name, cls=TelemetrySwitch, plan=switch, log_folder=self.plan.log_folder)
        for link in self.plan.links:
            (a, a_port), (b, b_port) = link.a, link.b
            self.net.addLink(self.net[a], self.net[b], port1=a_port, port2=b_port, cls=Link)
        self.net.build()
        for link in self.plan.links:
            if link.a[0] not in self._hosts and link.b[0] not in self._hosts:
                for name, port in (link.a, link.b):
                    self.net[name].intfs[port].ifconfig("mtu", str(SWITCH_LINK_MTU))
        for switch in self.plan.switches:
            self._add_report_link(self.net[switch.name])
        self.net.start()
        deadline = time.monotonic() + START_SECONDS
        for switch in self.plan.switches:
            self.net[switch.name].wait_ready(deadline)
        self._introduce_hosts()

    def close(self) -> None:
        """Stops the transfers, the switches and the network."""
        for process in self._background:
            if process.poll() is None:
                process.terminate()
        self.net.stop()

    def ping(self, src: str, dst: str, count: int) -> dict[str, Any]:
        """Pings once each 200 ms; returns sent and received."""
        process = self.net[src].popen(
            ["ping", "-n", "-i", "0.2", "-W", "2", "-c", str(int(count)), self._hosts[dst].address],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._background.append(process)
        text = process.communicate()[0].decode(errors="replace")
        match = re.search(r"(\d+) packets transmitted, (\d+) received", text)
        if match is None:
            raise RuntimeError(f"ping from {src} to {dst} said: {text.strip()[:200]}")
        return {"src": src, "dst": dst, "sent": int(match[1]), "received": int(match[2])}

    def iperf(self, src: str, dst: str, seconds: float, mbps: float, udp: bool, port: int) -> dict[str, Any]:
        """One iperf3 transfer; returns its rate at the receiver, and for UDP what was lost."""
        server = self.net[dst].popen(["iperf3", "-s", "-1", "-p", str(port)], stdout=subprocess.DEVNULL)
        self._background.append(server)
        time.sleep(0.3)  # iperf3 tells nobody when it listens
        arguments = ["iperf3", "-J", "-c", self._hosts[dst].address, "-p", str(port), "-t", str(seconds)]
        arguments += ["-b", f"{mbps}M"] if mbps > 0 else []
        arguments += ["-u", "-l", "1200"] if udp else []
        client = self.net[src].popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._background.append(client)
        out, _ = client.communicate()
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
        }

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Takes a link down, or up again, at both ends."""
        self.net.configLinkStatus(a, b, "up" if up else "down")

    def _add_report_link(self, switch: TelemetrySwitch) -> None:
        inside, outside = switch.report_interface(), f"{switch.name}-col"
        for command in (
            ["ip", "link", "add", inside, "type", "veth", "peer", "name", outside],
            ["ip", "link", "set", outside, "address", self.plan.collector_mac],
            ["ip", "address", "add", f"{self.plan.collector_address}/32", "dev", outside],
            ["sysctl", "-qw", f"net.ipv4.conf.{outside}.rp_filter=0", f"net.ipv4.conf.{outside}.accept_local=1"],
            ["sysctl", "-qw", f"net.ipv6.conf.{outside}.disable_ipv6=1", f"net.ipv6.conf.{inside}.disable_ipv6=1"],
            ["ip", "link", "set", inside, "up"],
            ["ip", "link", "set", outside, "up"],
        ):
            subprocess.run(command, check=True, capture_output=True)

    def _introduce_hosts(self) -> None:
        """Static neighbours: the switches rewrite the destination MAC and answer no ARP."""
        for host in self.plan.hosts:
            node = self.net[host.name]
            node.cmd("ip route replace default dev eth0")
            for other in self.plan.hosts:
                if other.name != host.name:
                    node.cmd(f"ip neigh replace {other.address} lladdr {other.mac} dev eth0 nud permanent")
            for command in host.commands:
                node.cmd(command)
