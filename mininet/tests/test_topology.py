"""A script's network as a topology file, without interfaces."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any
from unittest import mock

from telemetry_mininet.nodes import TelemetryHost, TelemetrySwitch
from telemetry_mininet.plan import PortPlan
from telemetry_mininet.topology import describe


class Net:
    """One host on a switch that has a link to another."""

    def __init__(self, first_port: int = 1) -> None:
        self.hosts = [self._host("h1", "10.0.1.1", "08:00:00:00:01:01")]
        self.switches = [self._switch("s1", 1, [PortPlan(2, 20_000_000, 48)]), self._switch("edge", 7, [])]
        self.links = [self._link(self.hosts[0], 0, self.switches[0], first_port), self._link(self.switches[0], 2, self.switches[1], 1)]

    def _host(self, name: str, address: str, mac: str) -> Any:
        host = mock.Mock(spec=TelemetryHost)
        host.name, host.ports = name, {}
        host.IP.return_value, host.MAC.return_value = address, mac
        host.defaultIntf.return_value = SimpleNamespace(prefixLen="24")
        return host

    def _switch(self, name: str, number: int, ports: list[PortPlan]) -> Any:
        switch = mock.Mock(spec=TelemetrySwitch)
        switch.name, switch.device_id, switch.ports, switch.plan = name, number, {}, SimpleNamespace(ports=ports)
        return switch

    def _link(self, a: Any, a_port: int, b: Any, b_port: int) -> Any:
        first, second = mock.Mock(node=a), mock.Mock(node=b)
        a.ports[first], b.ports[second] = a_port, b_port
        return SimpleNamespace(intf1=first, intf2=second)


class TopologyTests(unittest.TestCase):
    def test_hosts_switches_and_links_keep_names_numbers_rates_and_queues(self) -> None:
        self.assertEqual(
            describe(Net()),
            {
                "hosts": {"h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01:01"}},
                "switches": {"s1": {"target": "soft", "node_id": 1}, "edge": {"target": "soft", "node_id": 7}},
                "links": [{"a": "h1", "b": "s1-p1"}, {"a": "s1-p2", "queue": 48, "rate_mbps": 20.0, "b": "edge-p1"}],
            },
        )

    def test_port_zero_is_told(self) -> None:
        with self.assertRaisesRegex(ValueError, "port 0 of s1"):
            describe(Net(first_port=0))


if __name__ == "__main__":
    unittest.main()
