"""The README tells the truth: its commands run, and print what it shows.

After a change that is meant to change them, TOPICS_WRITE_README=1 pytest tests/test_readme.py writes the outputs anew.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from topics.cli import COMMANDS, group

README = Path(__file__).parents[1] / "README.md"
CONSOLE = re.compile(r"(?<=```console\n)\$ topics (.*)\n([^`]*)(?=```)")


def output(line: str, models: Path) -> str:
    """What a command of the README prints."""
    arguments = [*shlex.split(line), "--models", str(models)]
    done = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_shown_outputs_are_real(sample_models: Path) -> None:
    """Every console block shows what its command prints."""
    text = README.read_text("utf-8")
    assert len(CONSOLE.findall(text)) >= 3
    if os.environ.get("TOPICS_WRITE_README"):
        text = CONSOLE.sub(lambda m: f"$ topics {m[1]}\n{output(m[1], sample_models)}", text)
        README.write_text(text, "utf-8")
    for line, shown in CONSOLE.findall(text):
        assert output(line, sample_models) == shown, line


def test_python_example_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python of the README does what it says."""
    monkeypatch.chdir(README.parent)
    [code] = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert "Tour" in capsys.readouterr().out


def test_every_command_is_in_the_table() -> None:
    """The table of commands leaves none out."""
    text = README.read_text("utf-8")
    for command in COMMANDS:
        assert re.search(rf"\| .*`{command}\b", text), command
