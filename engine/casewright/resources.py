"""The files that come with the program: bundled apps, found in a wheel and in a checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).resolve().parent
SKIPPED = frozenset({"__pycache__", ".git", "node_modules"})


def bundled() -> Path:
    """Return the folder that holds `processes/` and `forms/` of the bundled apps."""
    inside = _HERE / "bundled"
    return inside if inside.is_dir() else _HERE.parent.parent


def apps(root: Path) -> list[str]:
    """Return the names of the apps below `root`, in order."""
    processes = root / "processes"
    if not processes.is_dir():
        return []
    return sorted(p.name for p in processes.iterdir() if p.is_dir() and p.name not in SKIPPED)


def files(root: Path, app: str) -> dict[str, bytes]:
    """Return the files of `app` by path relative to `root`: its processes and its forms."""
    return {
        str(path.relative_to(root).as_posix()): path.read_bytes()
        for folder in (root / "processes" / app, root / "forms" / app)
        for path in _below(folder)
    }


def _below(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        hidden = any(p.startswith(".") or p in SKIPPED for p in path.relative_to(folder).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path
