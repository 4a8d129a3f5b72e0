"""The commands of a lab's shell: those of hosts, with ``mnexec`` played by a script that prints what it was given, and ``lab``."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from telemetry_mininet.control import ask, parse, write_commands


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


class RequestTests(unittest.TestCase):
    def test_words_become_requests(self) -> None:
        self.assertEqual(parse(["link", "s1", "s2", "down"]), {"do": "link", "a": "s1", "b": "s2", "up": False})
        self.assertEqual(parse(["scenario", "incast"]), {"do": "scenario", "name": "incast"})
        self.assertEqual(parse(["scenario", "incast", "2.5"]), {"do": "scenario", "name": "incast", "seconds": 2.5})
        self.assertEqual(
            parse(["delay", "s1", "s2", "7.5"]), {"do": "delay", "a": "s1", "b": "s2", "delay_ms": 7.5, "jitter_ms": 0.0}
        )
        self.assertEqual(parse(["delay", "s1", "s2", "7", "2"])["jitter_ms"], 2.0)
        self.assertEqual(parse(["swap", "s2", "int_mx"]), {"do": "swap", "switch": "s2", "program": "int_mx"})

    def test_files_are_named_whole(self) -> None:
        with tempfile.NamedTemporaryFile(dir=".", suffix=".json") as file:
            name = os.path.basename(file.name)
            self.assertEqual(parse(["scenario", name])["name"], os.path.abspath(name))

    def test_other_words_get_the_usage(self) -> None:
        for line, told in (
            ("", "^lab pingall"),
            ("nosuch a", "(?s)^lab nosuch: no such command; there are:\nlab pingall"),
            ("scenario", "^lab scenario: .*\nlab scenario NAME"),
            ("scenario a 1 2", "lab scenario NAME"),
            ("swap s1", "lab swap SWITCH"),
            ("delay s1 s2", "^lab delay s1 s2: .*\nlab delay A B"),
            ("link s1 s2 off", "^lab link s1 s2 off: .*\nlab link A B up|down"),
        ):
            with self.assertRaisesRegex(ValueError, told):
                parse(line.split())

    def test_scenarios_and_swaps_go_to_the_program_and_all_else_to_the_network(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("control.sock", "requests.sock"):
                self.serve(os.path.join(folder, name), name)
            self.assertEqual(ask(folder, {"do": "pingall"}), "control.sock")
            self.assertEqual(ask(folder, {"do": "scenario"}), "requests.sock")
            self.assertEqual(ask(folder, {"do": "swap"}), "requests.sock")

    def serve(self, path: str, answer: str) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        self.addCleanup(listener.close)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as stream:
                    stream.readline()
                    connection.sendall(json.dumps({"result": answer}).encode() + b"\n")

        threading.Thread(target=run, daemon=True).start()


if __name__ == "__main__":
    unittest.main()
