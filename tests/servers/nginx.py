"""nginx in front of the five roles, routed as the README shows it."""

import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.soundbridge import TIMEOUT_S

README: Final = Path(__file__).parents[2] / "README.md"
_AROUND: Final = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {shown}
}}
"""


def shown_in_readme() -> str:
    """Return the README's example."""
    found = re.search(r"^```nginx\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@contextmanager
def in_front(urls: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Run it before servers by their roles, and give the URL that all of them have there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shown = shown_in_readme().replace("listen 80;", f"listen 127.0.0.1:{port};")
    for role, url in urls.items():
        server = url.removeprefix("http://")
        shown = re.sub(rf"(upstream {role} {{ server )[\d.:]+;", rf"\g<1>{server};", shown)
    configuration = folder / "nginx.conf"
    configuration.write_text(_AROUND.format(folder=folder, shown=shown))
    with subprocess.Popen(["nginx", "-e", "stderr", "-c", str(configuration)]) as process:
        try:
            _wait_for(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(TIMEOUT_S)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), TIMEOUT_S).close()
        except OSError:
            continue
        return
    raise AssertionError("nginx has ended")
