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

    def test_one_in_anothers_place_goes_on_in_its_log_and_is_not_ready_for_what_that_said(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first = TelemetryProcess("tier", ["sh", "-c", "echo serves; kill -9 $$"], "serves", Path(folder))
            first.process.wait()
            self.assertEqual("serves", first.last_words())
            second = TelemetryProcess("tier", ["sh", "-c", "echo cannot serve, really; exit 3"], "^serves$", Path(folder))
            second.process.wait()
            with self.assertRaisesRegex(RuntimeError, "tier ended with 3: cannot serve, really"):
                second.wait_ready(time.monotonic() + PATIENCE_SECONDS)
            self.assertIn("serves\ncannot", second.log_path.read_text(encoding="utf-8"))
            first.stop()
            second.stop()

    def test_who_wants_it_otherwise_has_it_otherwise(self) -> None:
        with patch.dict("os.environ", {"DOTNET_TieredCompilation": "1"}):
            self.start("^DOTNET_TieredCompilation=1$")


if __name__ == "__main__":
    unittest.main()
