"""Processes of the collector."""

from __future__ import annotations

import tempfile
import time
import unittest
from pathlib import Path
from unittest.mock import patch

from telemetry_mininet.collector import TelemetryProcess

PATIENCE_SECONDS = 60


class TelemetryProcessTests(unittest.TestCase):
    def start(self, ready: str) -> None:
        """Waits until a process says what is expected of its environment."""
        with tempfile.TemporaryDirectory() as folder:
            process = TelemetryProcess("tier", ["sh", "-c", "env; exec sleep 600"], ready, Path(folder))
            try:
                process.wait_ready(time.monotonic() + PATIENCE_SECONDS)
            finally:
                process.stop()

    def test_beside_switches_nothing_is_left_to_be_compiled_later(self) -> None:
        with patch.dict("os.environ", clear=False) as environment:
            environment.pop("DOTNET_TieredCompilation", None)
            self.start("^DOTNET_TieredCompilation=0$")

    def test_who_wants_it_otherwise_has_it_otherwise(self) -> None:
        with patch.dict("os.environ", {"DOTNET_TieredCompilation": "1"}):
            self.start("^DOTNET_TieredCompilation=1$")


if __name__ == "__main__":
    unittest.main()
