"""What a router and a firewall of a plan tell the kernel, without a kernel: the commands, in order."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any
from unittest import mock

from telemetry_mininet import routers
from telemetry_mininet.nodes import TelemetryHost
from telemetry_mininet.plan import RoutePlan, RouterPlan, RouterPortPlan
from telemetry_mininet.routers import LinuxRouter

PLAN = RouterPlan(
    name="r1",
    ports=[
        RouterPortPlan(1, "02:00:00:00:01:01", "02:00:00:00:02:01", 10_000_000, 64),
        RouterPortPlan(2, "02:00:00:00:01:02", "02:00:00:00:03:01", 0, 64),
        RouterPortPlan(3, "02:00:00:00:01:03", "08:00:00:00:05:01", 100_000_000, 32),
    ],
    routes=[RoutePlan("10.0.1.1", [1]), RoutePlan("10.0.2.2", [1, 2])],
    rules=["ip daddr 10.0.6.4/32 meta l4proto 6 th dport 22-23 counter drop"],
)


class Router(LinuxRouter):
    """Keeps commands instead of running them; port 3 leads to a host."""

    def __init__(self, plan: RouterPlan = PLAN, refuses: str = "") -> None:
        self.name, self.plan, self.refuses = plan.name, plan, refuses
        self.ran: list[list[str]] = []
        host = mock.Mock(spec=TelemetryHost)
        self.intfs = {port.number: self._interface(port.number, host if port.number == 3 else object()) for port in plan.ports}

    def _interface(self, number: int, far: Any) -> Any:
        interface = SimpleNamespace(name=f"{self.name}-eth{number}", node=self)
        interface.link = SimpleNamespace(intf1=interface, intf2=SimpleNamespace(node=far))
        return interface

    def pexec(self, command: list[str]) -> tuple[str, str, int]:
        self.ran.append(command)
        return "", "refused" if self.refuses and self.refuses in command else "", int(self.refuses in command) if self.refuses else 0

    def start_and_tell(self) -> list[str]:
        """The lines that ip got."""
        with mock.patch.object(routers, "run_ip") as run_ip:
            self.start()
        return [line for call in run_ip.call_args_list for line in call.args[1]]

    def commands(self, program: str) -> list[str]:
        return [" ".join(command) for command in self.ran if command[0] == program]


class RouterTests(unittest.TestCase):
    def test_interfaces_get_their_addresses_and_long_frames_only_towards_switches(self) -> None:
        lines = Router().start_and_tell()
        self.assertIn("link set r1-eth1 address 02:00:00:00:01:01 mtu 9000 up", lines)
        self.assertIn("link set r1-eth3 address 02:00:00:00:01:03 up", lines)

    def test_a_route_of_several_ways_has_them_all_and_a_neighbour_on_each(self) -> None:
        lines = Router().start_and_tell()
        self.assertIn("route replace 10.0.1.1/32 dev r1-eth1", lines)
        self.assertIn("route replace 10.0.2.2/32 nexthop dev r1-eth1 nexthop dev r1-eth2", lines)
        self.assertIn("neigh replace 10.0.2.2 lladdr 02:00:00:00:02:01 dev r1-eth1 nud permanent", lines)
        self.assertIn("neigh replace 10.0.2.2 lladdr 02:00:00:00:03:01 dev r1-eth2 nud permanent", lines)

    def test_rates_become_queues_of_whole_frames_and_none_is_unlimited(self) -> None:
        router = Router()
        router.start_and_tell()
        queues = router.commands("tc")
        self.assertIn("tc qdisc replace dev r1-eth1 root tbf rate 10000000bit burst 18000 limit 96896", queues)
        self.assertIn("tc qdisc replace dev r1-eth3 root tbf rate 100000000bit burst 50000 limit 48448", queues)
        self.assertIn("tc qdisc delete dev r1-eth2 root", queues)

    def test_the_kernel_forwards_by_flow_and_checks_no_reply_path(self) -> None:
        router = Router()
        router.start_and_tell()
        settings = next(command for command in router.ran if command[0] == "sysctl")
        for expected in ("net.ipv4.ip_forward=1", "net.ipv4.fib_multipath_hash_policy=1", "net.ipv4.conf.r1-eth2.rp_filter=0"):
            self.assertIn(expected, settings)

    def test_rules_go_to_a_chain_that_accepts_all_else(self) -> None:
        router = Router()
        router.start_and_tell()
        (rules,) = router.commands("nft")
        self.assertIn("type filter hook forward priority 0; policy accept;", rules)
        self.assertTrue(rules.endswith(f"add rule inet telemetry_rules forward {PLAN.rules[0]}"))

    def test_no_rules_no_table(self) -> None:
        router = Router(RouterPlan(PLAN.name, PLAN.ports, PLAN.routes))
        router.start_and_tell()
        self.assertEqual(router.commands("nft"), [])

    def test_what_the_machine_refuses_is_told_with_the_command(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "r1: nft .*: refused"):
            Router(refuses="nft").start_and_tell()

    def test_routes_are_there_again_once_a_link_is_up_again(self) -> None:
        router = Router()
        before = router.start_and_tell()
        with mock.patch.object(routers, "run_ip") as run_ip:
            router.introduce()
        (again,) = (call.args[1] for call in run_ip.call_args_list)
        self.assertTrue(set(again) <= set(before))
        self.assertEqual(len(again), 5)


if __name__ == "__main__":
    unittest.main()
