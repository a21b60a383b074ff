"""Runs notebooks in the real Deno kernel, every cell from top to bottom, and stops at the first error.

Prints one line of JSON for each notebook: {"notebook", "cells", "seconds", "failure"}, where
failure is null or {"cell", "code", "text"}. Needs jupyter_client; without it the exit code is 3.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

MISSING = 3

try:
    from jupyter_client.blocking import BlockingKernelClient
    from jupyter_client.connect import write_connection_file
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(MISSING)

# Outputs that come after the kernel has said that it is idle.
DRAIN_SECONDS = 0.15
START_SECONDS = 60
POLL_SECONDS = 0.05

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
UNCAUGHT = re.compile(r"^(error: )?Uncaught ", re.MULTILINE)


class Failure(Exception):
    """What went wrong in a cell."""


class Kernel:
    """A Deno kernel that works in a folder, and the client that talks to it."""

    def __init__(self, deno, folder):
        self.scratch = tempfile.TemporaryDirectory()
        path = os.path.join(self.scratch.name, "connection.json")
        write_connection_file(path)
        self.log = open(os.path.join(self.scratch.name, "stderr"), "w+")
        self.process = subprocess.Popen(
            [deno, "jupyter", "--kernel", "--conn", path],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
            start_new_session=True,
        )
        self.client = BlockingKernelClient(connection_file=path)
        self.client.load_connection_file()
        self.client.start_channels()

    def wait_until_ready(self):
        """Asks until an answer is published: from then on no output is lost."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.client.kernel_info()
            if self.next_message(0.5) is not None:
                return
        raise Failure(f"the kernel did not start within {START_SECONDS} s")

    def next_message(self, seconds):
        """The next message of the kernel's outputs, or None if there is none in time."""
        try:
            return self.client.get_iopub_msg(timeout=seconds)
        except Empty:
            if self.process.poll() is not None:
                raise Failure(self.describe_death())
            return None

    def check_reply(self, request):
        """A cell that cannot be parsed has an error in its reply, and none in its outputs."""
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=START_SECONDS)
            except Empty:
                raise Failure("the kernel did not answer")
            content = reply["content"]
            if reply["parent_header"].get("msg_id") != request:
                continue
            if content["status"] == "error":
                raise Failure(f"the kernel cannot read this cell ({content['evalue']})")
            return

    def describe_death(self):
        self.log.seek(0)
        code = self.process.returncode
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        lines = ANSI.sub("", self.log.read()).strip().splitlines()
        told = [line for line in lines if "is unstable" not in line]
        return "\n".join([f"the kernel died ({how})", *told[-5:]])

    def close(self):
        self.client.stop_channels()
        if os.name == "posix":
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        else:
            self.process.kill()
        self.process.wait()
        self.log.close()
        self.scratch.cleanup()


class Outputs:
    """Puts every message of the kernel into the cell that it belongs to."""

    def __init__(self, cells):
        self.cells = cells
        self.cell_of = {}
        self.current = 0
        self.idle = None
        for cell in cells:
            cell["outputs"] = []
            cell["execution_count"] = None

    def begin(self, index, request):
        self.cell_of[request] = self.current = index
        self.idle = False

    def add(self, message):
        kind, content = message["msg_type"], message["content"]
        parent = message["parent_header"]
        if parent.get("msg_type") == "kernel_info_request":
            return
        index = self.cell_of.get(parent.get("msg_id"), self.current)
        cell = self.cells[index]
        if kind == "status":
            if content["execution_state"] == "idle" and index == self.current:
                self.idle = True
        elif kind == "execute_input":
            cell["execution_count"] = content["execution_count"]
        elif kind == "clear_output":
            cell["outputs"].clear()
        elif kind == "update_display_data":
            self.update(content)
        elif kind in ("stream", "display_data", "execute_result", "error"):
            add_output(cell["outputs"], kind, content)
        self.check(index)

    def update(self, content):
        """Draws again what is shown under an id, in whichever cell that is."""
        name = content["transient"]["display_id"]
        for cell in self.cells:
            for output in cell["outputs"]:
                if output.get("display_id") == name:
                    output["data"] = content["data"]
                    output["metadata"] = content["metadata"]

    def check(self, index):
        for output in self.cells[index]["outputs"]:
            text = describe_error(output)
            if text is not None:
                self.current = index
                raise Failure(text)


def add_output(outputs, kind, content):
    last = outputs[-1] if outputs else {}
    if kind == "stream" and last.get("name") == content["name"]:
        last["text"] += content["text"]
        return
    output = {"output_type": kind, **content}
    output["display_id"] = output.pop("transient", {}).get("display_id")
    outputs.append(output)


def describe_error(output):
    """What an output says went wrong; None if nothing did."""
    if output["output_type"] == "error":
        first = f"{output['ename']}: {output['evalue']}"
        trace = ANSI.sub("", "\n".join(output["traceback"])).strip()
        return trace if output["evalue"] in trace else f"{first}\n{trace}".strip()
    text = ANSI.sub("", output.get("text", ""))
    is_uncaught = output.get("name") == "stderr" and UNCAUGHT.search(text)
    return text.strip() if is_uncaught else None


def run_cells(kernel, cells, outputs, seconds):
    """Runs code cells in order, within some seconds in all."""
    kernel.wait_until_ready()
    deadline = time.monotonic() + seconds
    for index, cell in enumerate(cells):
        request = kernel.client.execute(source_of(cell))
        outputs.begin(index, request)
        while not outputs.idle:
            if time.monotonic() > deadline:
                raise Failure(f"the cell did not end: {seconds:g} s are over")
            receive(kernel, outputs)
        drained = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < drained:
            receive(kernel, outputs)
        kernel.check_reply(request)


def receive(kernel, outputs):
    message = kernel.next_message(POLL_SECONDS)
    if message is not None:
        outputs.add(message)


def source_of(cell):
    return "".join(cell["source"])


def run_notebook(path, options):
    """Runs one notebook in a kernel of its own, which is killed in the end."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    outputs = Outputs(cells)
    start = time.monotonic()
    failure = None
    kernel = Kernel(options.deno, path.resolve().parent)
    try:
        run_cells(kernel, cells, outputs, options.time_limit)
    except Failure as error:
        code = source_of(cells[outputs.current]) if cells else ""
        failure = {"cell": outputs.current + 1, "code": code, "text": str(error)}
    finally:
        kernel.close()
    if options.output is not None:
        write_copy(notebook, options.output / path.name)
    return {
        "notebook": str(path),
        "cells": len(cells),
        "seconds": round(time.monotonic() - start, 3),
        "failure": failure,
    }


def write_copy(notebook, path):
    """Writes a notebook with its outputs, whole or not at all."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.pop("display_id", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deno", required=True, help="program of the kernel")
    parser.add_argument("--time-limit", type=float, required=True, help="seconds for each notebook")
    parser.add_argument("--output", type=Path, help="folder for copies with outputs")
    parser.add_argument("notebooks", type=Path, nargs="+")
    options = parser.parse_args()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    for path in options.notebooks:
        print(json.dumps(run_notebook(path, options)), flush=True)


main()
