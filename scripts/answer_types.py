"""Write the TypedDicts of playground/*/answers.py, which routes answer, as types of scripts: python -m scripts.answer_types."""

from __future__ import annotations

import importlib
import types
import typing
from pathlib import Path
from typing import Any, Literal, NotRequired, Required

ROOT = Path(__file__).parents[1]
HEAD = "// What the routes answer: written from answers.py by `python -m scripts.answer_types`.\n"
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "any", object: "unknown"}


def sources() -> list[Path]:
    """The modules that hold answers."""
    return sorted(ROOT.glob("playground/*/answers.py"))


def declared(path: Path) -> str:
    """The declarations of one module."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    module = importlib.import_module(name)
    found = [value for value in vars(module).values() if typing.is_typeddict(value) and value.__module__ == name]
    return HEAD + "".join(f"\n{_interface(value, name)}" for value in found)


def _interface(answer: Any, module: str) -> str:
    about = (answer.__doc__ or "").strip().splitlines()
    comment = f"/** {about[0]} */\n" if about else ""
    lines = []
    for key, kind in typing.get_type_hints(answer, include_extras=True).items():
        # __required_keys__ does not see what `from __future__ import annotations` has made a text
        optional = "?" if typing.get_origin(kind) is NotRequired or key not in answer.__required_keys__ else ""
        lines.append(f"  {key if key.isidentifier() else repr(key)}{optional}: {_written(kind, module)};\n")
    return f"{comment}export interface {answer.__name__} {{\n{''.join(lines)}}}\n"


def _written(kind: Any, module: str) -> str:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if typing.is_typeddict(kind):
        if kind.__module__ == module:
            return kind.__name__
        return f"import('../{kind.__module__.split('.')[-2]}/answers').{kind.__name__}"
    if origin in (NotRequired, Required):
        return _written(inside[0], module)
    if origin is Literal:
        return " | ".join(f"'{value}'" if isinstance(value, str) else str(value).lower() for value in inside)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(_written(part, module) for part in inside)
    if origin is list:
        part = _written(inside[0], module)
        return f"({part})[]" if " " in part else f"{part}[]"
    if origin is tuple:
        if len(inside) == 2 and inside[1] is ...:
            return f"{_written(inside[0], module)}[]"
        return f"[{', '.join(_written(part, module) for part in inside)}]"
    if origin is dict:
        return f"Record<string, {_written(inside[1], module)}>"
    return PLAIN[kind]


def main() -> None:
    """Write the declarations beside their sources."""
    for path in sources():
        path.with_name("answers.d.ts").write_text(declared(path), encoding="utf-8")


if __name__ == "__main__":
    main()
