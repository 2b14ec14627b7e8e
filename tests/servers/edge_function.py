"""What edges run in JavaScript, run: in Node, and in njs, which CloudFront's runtime is much like.

For CloudFront, both have the modules ``crypto`` and ``cloudfront`` as its runtime does; the key
value store has what a test puts there, and fails for any other key, as CloudFront's does.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.npm_package import NODE

TIME_LIMIT_S = 120
_STORE = """const KEYS = {keys};
const get = (name) =>
  KEYS.hasOwnProperty(name) ? Promise.resolve(KEYS[name]) : Promise.reject();
export default {{ kvs: () => ({{ get: get }}) }};
"""
_IN_NODE = """
import { createInterface } from "node:readline";
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { now_s, event } = JSON.parse(line);
  Date.now = () => now_s * 1000;
  console.log(JSON.stringify(await handler(event)));
});
"""
_IN_NJS = """
import fs from "fs";
const asked = JSON.parse(fs.readFileSync(process.argv[2]));
const answers = [];
function next(i) {
  if (i === asked.length) {
    fs.writeFileSync("answers.json", JSON.stringify(answers)); // its console cuts lines
    return;
  }
  Date.now = () => asked[i].now_s * 1000;
  Promise.resolve(handler(asked[i].event)).then((answer) => {
    answers.push(answer);
    next(i + 1);
  });
}
next(0);
"""


_WORKER_IN_NODE = """
import { createInterface } from "node:readline";
import worker from "./worker.mjs";
const env = { PLAYBACK_KEYS: process.argv[2] };
const asked = [];
globalThis.fetch = async (request, init) => {
  asked.push({
    url: request.url,
    method: request.method,
    redirect: request.redirect,
    headers: Object.fromEntries(request.headers),
    cf: init && init.cf,
  });
  return new Response("of the origin");
};
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { now_s, event } = JSON.parse(line);
  Date.now = () => now_s * 1000;
  const { url, method, headers, country } = event;
  const request = Object.assign(new Request(url, { method, headers }), { cf: { country } });
  const answer = await worker.fetch(request, env);
  const said = Object.fromEntries(answer.headers);
  console.log(JSON.stringify({ status: answer.status, headers: said, asked: asked.splice(0) }));
});
"""


class RunningFunction:
    """A function in Node, which answers one event after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def answer(self, event: Mapping[str, Any], now_s: float) -> Any:
        """Return what it makes of an event at a time: a request to go on with, or a response."""
        pipe, out = self._process.stdin, self._process.stdout
        assert pipe is not None
        assert out is not None
        pipe.write(json.dumps({"now_s": now_s, "event": event}) + "\n")
        pipe.flush()
        return json.loads(out.readline())


@contextmanager
def in_node(code: str, keys: Mapping[str, str], folder: Path) -> Iterator[RunningFunction]:
    """Run a function in Node, whose files go into a folder."""
    store = folder / "node_modules" / "cloudfront"
    store.mkdir(parents=True)
    (store / "index.js").write_text(_STORE.format(keys=json.dumps(keys)))
    (store / "package.json").write_text('{"type": "module", "exports": "./index.js"}')
    (folder / "main.mjs").write_text(code + _IN_NODE)
    with _running(folder) as running:
        yield running


@contextmanager
def worker_in_node(code: str, keys: bytes, folder: Path) -> Iterator[RunningFunction]:
    """Run a Worker of Cloudflare, to which a JWK set is bound; what it asks for is written down."""
    (folder / "worker.mjs").write_text(code)
    (folder / "main.mjs").write_text(_WORKER_IN_NODE)
    with _running(folder, keys.decode()) as running:
        yield running


@contextmanager
def _running(folder: Path, *arguments: str) -> Iterator[RunningFunction]:
    with subprocess.Popen(
        [NODE, "main.mjs", *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield RunningFunction(process)
        finally:
            process.kill()


def in_njs(
    code: str, keys: Mapping[str, str], asked: Sequence[Mapping[str, Any]], folder: Path
) -> Any:
    """Return what a function in njs makes of events, each with its time (``now_s``)."""
    njs = shutil.which("njs")
    assert njs is not None, "njs is not there: .ci/debian-packages installs it"
    (folder / "cloudfront").write_text(_STORE.format(keys=json.dumps(keys)))
    (folder / "main.js").write_text(code + _IN_NJS)
    (folder / "asked.json").write_text(json.dumps(asked))
    command = [njs, "-p", str(folder), "main.js", "asked.json"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "answers.json").read_text())
