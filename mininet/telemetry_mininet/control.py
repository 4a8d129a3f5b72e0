"""What a shell inside a lab gets: a command for each host, and ``lab`` to change the network.

``lab`` speaks to the lab over a Unix socket in the lab's folder, in the lines that ``__main__`` describes.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any, Callable

PROGRAM_JOBS = ("scenario", "swap", "delay")
"""What the program does, not the network; it listens for it while a shell or a command runs."""

Run = Callable[[dict[str, Any]], Any]

USAGE = """lab pingall                      every host pings every other one
lab ping A B                     one host pings another
lab iperf A B [MBPS]             a TCP transfer of five seconds
lab link A B up|down             a link, both ends
lab loss A B FRACTION [PREFIX]   frames from A to B that are lost, 0 ends it
lab delay A B MS [JITTER_MS]     what a link takes besides its own latency, both ways; 0 ends it
lab reportloss SWITCH FRACTION   telemetry reports that are lost
lab rate SWITCH PORT BPS         the rate of a switch's port
lab switch SWITCH up|down        ends a switch's process, or starts it again
lab scenario NAME [SECONDS]      a scenario's traffic and faults (15 s), and what was true
lab swap SWITCH PROGRAM          another program for a switch: folder, JSON, source, or one that ships
lab watch                        the terminal UI; q leaves it
telemetry COMMAND                this program: telemetry status, telemetry p4 --address 127.0.0.1:50051 --device-id 1
HOST [COMMAND]                   runs a command, or a shell, in a host; other hosts' names in it are their addresses"""


def write_commands(folder: Path, hosts: dict[str, int], addresses: dict[str, str], package: Path) -> None:
    """Fills ``folder`` with a command for each host (name and process) and with ``lab``.

    A word of a host's command that is another host's name becomes its address, as in Mininet's own command line; the
    first word, which is the program, stays.
    """
    folder.mkdir(exist_ok=True)
    known = "".join(f"\n{name}) word={address};;" for name, address in addresses.items())
    names = f"""program=$1
shift
for word do
shift
case $word in{known}
esac
set -- "$@" "$word"
done
set -- "$program" "$@"
"""
    for name, process in hosts.items():
        _script(folder / name, f'[ $# = 0 ] && set -- bash\n{names}exec mnexec -a {process} "$@"')
    _script(
        folder / "lab",
        f'PYTHONPATH="{package}" PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m telemetry_mininet.control "{folder.parent}" "$@"',
    )


def serve(folder: Path, run: Run) -> None:
    """Answers requests on the folder's socket, in threads, until the process ends."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                try:
                    answer: dict[str, Any] = {"result": run(json.loads(line))}
                except Exception as fault:  # whoever asked decides what it means
                    answer = {"error": f"{type(fault).__name__}: {fault}"}
                self.wfile.write(json.dumps(answer).encode() + b"\n")

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    path = folder / "control.sock"
    path.unlink(missing_ok=True)
    threading.Thread(target=Server(str(path), Handler).serve_forever, daemon=True).start()
    os.chmod(path, 0o600)


def parse(words: list[str]) -> dict[str, Any]:
    """The request that the words of a ``lab`` command stand for; ValueError tells how to write it."""
    match words:
        case ["pingall"]:
            return {"do": "pingall", "count": 1}
        case ["ping", a, b]:
            return {"do": "ping", "src": a, "dst": b, "count": 3}
        case ["iperf", a, b, *rate] if len(rate) < 2:
            mbps = float(rate[0]) if rate else 0.0
            return {"do": "iperf", "src": a, "dst": b, "seconds": 5, "mbps": mbps, "udp": False, "port": 5201}
        case ["link", a, b, "up" | "down" as state]:
            return {"do": "link", "a": a, "b": b, "up": state == "up"}
        case ["loss", a, b, fraction, *prefix] if len(prefix) < 2:
            return {"do": "loss", "a": a, "b": b, "fraction": float(fraction), "prefix": prefix[0] if prefix else None}
        case ["delay", a, b, delay, *jitter] if len(jitter) < 2:
            return {"do": "delay", "a": a, "b": b, "delay_ms": float(delay), "jitter_ms": float(jitter[0]) if jitter else 0.0}
        case ["reportloss", switch, fraction]:
            return {"do": "reportloss", "switch": switch, "fraction": float(fraction)}
        case ["rate", switch, port, bps]:
            return {"do": "rate", "switch": switch, "port": int(port), "bps": int(float(bps))}
        case ["scenario", name, *seconds] if len(seconds) < 2:
            request = {"do": "scenario", "name": os.path.abspath(name) if os.path.exists(name) else name}
            return {**request, "seconds": float(seconds[0])} if seconds else request
        case ["swap", switch, program]:
            return {"do": "swap", "switch": switch, "program": os.path.abspath(program) if os.path.exists(program) else program}
        case ["switch", switch, "up" | "down" as state]:
            return {"do": "switch", "switch": switch, "up": state == "up"}
    if not words:
        raise ValueError(USAGE)
    forms = [line for line in USAGE.splitlines() if line.startswith(f"lab {words[0]} ")]
    fault = f"lab {' '.join(words)}: this is how to write it:" if forms else f"lab {words[0]}: no such command; there are:"
    raise ValueError("\n".join([fault, *forms] if forms else [fault, USAGE]))


def ask(folder: str, request: dict[str, Any]) -> Any:
    """The lab's answer; RuntimeError is its fault."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.path.join(folder, "requests.sock" if request["do"] in PROGRAM_JOBS else "control.sock"))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline())
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def main() -> int:
    folder, *words = sys.argv[1:]
    try:
        if words == ["watch"]:
            feed = Path(folder, "feed").read_text(encoding="ascii").strip()
            os.execvp("telemetry", ["telemetry", "tui", "--connect", feed])
        result = ask(folder, parse(words))
    except (ValueError, RuntimeError, OSError) as fault:
        print(fault, file=sys.stderr)
        return 2 if isinstance(fault, ValueError) else 1
    if result is not None:
        print(json.dumps(result))
    return 1 if isinstance(result, dict) and result.get("silent") else 0


if __name__ == "__main__":
    sys.exit(main())
