"""The bytes of the two Thrift calls, against a server that takes them apart."""

from __future__ import annotations

import socket
import struct
import threading
import unittest

from telemetry_mininet.queues import Bmv2Queues, packets_per_second


class Server:
    """Answers one call with ``result`` and keeps what it was asked."""

    def __init__(self, result: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.asked: tuple[str, dict[int, int]] | None = None
        self._result = result
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def join(self) -> None:
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as stream:
            version, length = struct.unpack(">II", stream.read(8))
            assert version == 0x80010001
            name = stream.read(length)
            sequence = stream.read(4)
            fields: dict[int, int] = {}
            while (kind := stream.read(1)[0]) != 0:
                (number,) = struct.unpack(">h", stream.read(2))
                size, form = {8: (4, ">i"), 10: (8, ">q")}[kind]
                (fields[number],) = struct.unpack(form, stream.read(size))
            self.asked = (name.decode(), fields)
            connection.sendall(
                struct.pack(">II", 0x80010002, length) + name + sequence + struct.pack(">bhib", 8, 0, self._result, 0)
            )


class QueueTests(unittest.TestCase):
    def test_set_rate_port_and_rate_reach_the_service(self) -> None:
        server = Server(0)
        with Bmv2Queues(server.port) as queues:
            queues.set_rate(3, 1250)
        server.join()
        self.assertEqual(server.asked, ("simple_switch:set_egress_queue_rate", {1: 3, 2: 1250}))

    def test_set_depth_port_and_depth_reach_the_service(self) -> None:
        server = Server(0)
        with Bmv2Queues(server.port) as queues:
            queues.set_depth(511, 64)
        server.join()
        self.assertEqual(server.asked, ("simple_switch:set_egress_queue_depth", {1: 511, 2: 64}))

    def test_set_depth_refused_says_so(self) -> None:
        server = Server(2)
        with Bmv2Queues(server.port) as queues, self.assertRaisesRegex(RuntimeError, "refused set_egress_queue_depth with 2"):
            queues.set_depth(1, 64)
        server.join()

    def test_packets_per_second_is_of_frames_of_1000_bytes_and_never_zero(self) -> None:
        self.assertEqual(packets_per_second(10_000_000), 1250)
        self.assertEqual(packets_per_second(1), 1)


if __name__ == "__main__":
    unittest.main()
