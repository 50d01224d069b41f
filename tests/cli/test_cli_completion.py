"""What the shells complete: their scripts are those of the command line's framework."""

import os
import subprocess
import sys

import pytest


def asked(**variables: str) -> str:
    """What `ebit` answers to a shell that completes a line."""
    found = subprocess.run(
        [sys.executable, "-m", "ebit"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout


@pytest.mark.slow
def test_bash_completes_verbs_and_options() -> None:
    script = asked(_EBIT_COMPLETE="source_bash")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    line = {"_EBIT_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    assert asked(COMP_WORDS="ebit tr", **line).split() == ["train"]
    line["COMP_CWORD"] = "2"
    assert asked(COMP_WORDS="ebit train --dep", **line).split() == ["--depth"]


@pytest.mark.slow
def test_zsh_and_fish_complete_options_with_their_help() -> None:
    line = "ebit train --dep"
    zsh = asked(_EBIT_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line)
    assert zsh.startswith("""_arguments '*: :(("--depth":"Convolution layers""")
    fish = asked(
        _EBIT_COMPLETE="complete_fish",
        _TYPER_COMPLETE_ARGS=line,
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert fish.startswith("--depth\tConvolution layers")
