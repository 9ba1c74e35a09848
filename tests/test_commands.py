"""The command line as a whole: its reference, its completion, its version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import topics
from topics.cli import COMMANDS

ROOT = Path(__file__).parents[1]


def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "topics", *args]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def test_the_reference_is_the_help() -> None:
    """docs/commands.md is what the commands say of themselves now."""
    spec = spec_from_file_location("make_commands", ROOT / "docs" / "make_commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert written == module.text(), "run: python docs/make_commands.py"


def test_the_version_is_told() -> None:
    assert run("--version").stdout == f"topics {topics.__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_that_the_shell_takes(shell: str, tmp_path: Path) -> None:
    script = run("completion", shell)
    assert script.returncode == 0, script.stderr
    assert "_TOPICS_COMPLETE" in script.stdout
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script.stdout, "utf-8")
    subprocess.run([shell, "-n", str(tmp_path / "script")], check=True)


def complete(words: str, count: int, **env: str) -> list[str]:
    """What bash offers for the word of this number."""
    answer = run(_TOPICS_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(count), **env).stdout
    return [line.split(",", 1)[1] for line in answer.splitlines()]


def test_commands_options_and_models_are_completed(sample_models: Path) -> None:
    assert complete("topics tr", 1) == ["train", "trends"]
    assert set(complete("topics ", 1)) == set(COMMANDS)
    assert "--by" in complete("topics trends sample --b", 3)
    assert complete("topics keywords sa", 2, TOPICS_MODELS=str(sample_models)) == ["sample"]
