"""Rates and depths of BMv2's egress queues, which it takes over Thrift only (``set_egress_queue_rate`` and ``_depth``).

The few bytes that these two calls need are written here, so nothing but Python is needed. BMv2 counts a rate in
packets, whatever their size, and gives it to each priority of a port.
"""

from __future__ import annotations

import socket
import struct
from types import TracebackType

REFERENCE_FRAME_BYTES = 1000
"""A rate in bits becomes one in packets by frames of this size, the size that the lab's own traffic has."""

_CALL, _REPLY = 1, 2
_VERSION = 0x80010000
_I32, _I64, _STOP = 8, 10, 0


def packets_per_second(rate_bps: int, frame_bytes: int = REFERENCE_FRAME_BYTES) -> int:
    """The packet rate that stands for a bit rate, at least 1."""
    return max(1, round(rate_bps / (8 * frame_bytes)))


class Bmv2Queues:
    """A connection to one switch's Thrift port; use it in a ``with`` statement."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 10) -> None:
        self._socket = socket.create_connection((host, port), timeout=timeout)
        self._stream = self._socket.makefile("rb")
        self._sequence = 0

    def __enter__(self) -> "Bmv2Queues":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._stream.close()
        self._socket.close()

    def set_rate(self, port: int, packets_per_s: int) -> None:
        """Lets every priority of a port send this many packets a second; RuntimeError when the switch refuses."""
        self._call("set_egress_queue_rate", struct.pack(">bhibhq", _I32, 1, port, _I64, 2, packets_per_s))

    def set_depth(self, port: int, packets: int) -> None:
        """Gives every priority of a port room for this many packets; RuntimeError when the switch refuses."""
        self._call("set_egress_queue_depth", struct.pack(">bhibhi", _I32, 1, port, _I32, 2, packets))

    def _call(self, method: str, arguments: bytes) -> None:
        self._sequence += 1
        name = f"simple_switch:{method}".encode()
        head = struct.pack(">Ii", _VERSION | _CALL, len(name)) + name + struct.pack(">i", self._sequence)
        self._socket.sendall(head + arguments + bytes([_STOP]))
        kind = struct.unpack(">I", self._take(4))[0] & 0xFF
        self._take(struct.unpack(">i", self._take(4))[0] + 4)  # its name and sequence number
        if kind != _REPLY or self._take(1)[0] != _I32:
            raise RuntimeError(f"BMv2 does not know {method}: is this simple_switch?")
        _, result = struct.unpack(">hi", self._take(6))
        self._take(1)
        if result != 0:
            raise RuntimeError(f"BMv2 refused {method} with {result}: has the switch that port?")

    def _take(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) != count:
            raise RuntimeError("BMv2 closed its Thrift connection")
        return data
