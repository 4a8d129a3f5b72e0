"""The commands of a lab's hosts, with ``mnexec`` played by a script that prints what it was given."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from telemetry_mininet.control import write_commands


class WriteCommandsTest(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.addCleanup(self._folder.cleanup)
        (self.folder / "fake").mkdir()
        mnexec = self.folder / "fake" / "mnexec"
        mnexec.write_text("#!/bin/sh\nprintf '%s|' \"$@\"\n", encoding="utf-8")
        mnexec.chmod(0o755)
        write_commands(self.folder / "bin", {"h1": 41, "h2": 42}, {"h1": "10.0.1.1", "h2": "10.0.2.2"}, self.folder)

    def run_in(self, host: str, *words: str) -> str:
        path = f"{self.folder / 'fake'}:{os.environ['PATH']}"
        command = [str(self.folder / "bin" / host), *words]
        return subprocess.run(command, env={**os.environ, "PATH": path}, check=True, capture_output=True, text=True).stdout

    def test_names_of_hosts_become_their_addresses(self) -> None:
        self.assertEqual(self.run_in("h1", "ping", "-c", "3", "h2"), "-a|41|ping|-c|3|10.0.2.2|")

    def test_words_with_spaces_and_parts_of_names_stay(self) -> None:
        self.assertEqual(self.run_in("h2", "sh", "-c", "echo h1 '*'", "h1x", ""), "-a|42|sh|-c|echo h1 '*'|h1x||")

    def test_a_program_with_the_name_of_a_host_stays(self) -> None:
        self.assertEqual(self.run_in("h1", "h2"), "-a|41|h2|")

    def test_no_command_is_a_shell(self) -> None:
        self.assertEqual(self.run_in("h1"), "-a|41|bash|")


if __name__ == "__main__":
    unittest.main()
