"""A real server, and a sample workspace that the command line fills."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(os.environ.get("BAIKOO_PROGRAMS", ROOT / "target/debug"))
PASSPHRASE = "кызыл тоолор агын суу"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's address."""
    if address := os.environ.get("BAIKOO_STORY_SERVER"):
        yield address
        return
    data = tmp_path_factory.mktemp("server") / "data"
    data.mkdir()
    serve = [str(PROGRAMS / "baikoo-server"), "--data", str(data), "serve", "--listen", "127.0.0.1:0", "--creation", "open"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield "http://" + process.stdout.readline().removeprefix("listening on ").strip()
        process.terminate()


@dataclass(frozen=True)
class Sample:
    """Gulnara's folder, after three monitors have sent what public sources reported."""

    folder: Path
    passphrase: str
    reports: int


@pytest.fixture(scope="session")
def sample(server: str, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    homes = tmp_path_factory.mktemp("homes")

    def baikoo(who: str, *arguments: str) -> object:
        env = os.environ | {"BAIKOO_PASSPHRASE": PASSPHRASE, "BAIKOO_TEST_KDF": "floor"}
        command = [str(PROGRAMS / "baikoo"), "--home", str(homes / who), "--json", *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    baikoo("gulnara", "workspace", "create", "--server", server, "--name", "Gulnara")
    reports = 0
    for who, reporter in [("aida", "A"), ("bermet", "B"), ("chynara", "D")]:
        invited = baikoo("gulnara", "invite", "--role", "monitor", "--name", who.title(), "--no-qr")
        assert isinstance(invited, dict)
        baikoo("gulnara", "sync")
        baikoo(who, "join", invited["link"], "--name", who.title())
        written = baikoo(who, "import-samples", "--reporter", reporter, "--send")
        assert isinstance(written, dict)
        reports += len(written["reports"])
        baikoo(who, "sync")
    return Sample(homes / "gulnara", PASSPHRASE, reports)
