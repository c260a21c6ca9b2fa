"""Any problem, solution or result to JSON and back, so that a saved run, a bug report and a test are one thing."""

import base64
import dataclasses
import enum
import functools
import json
import types
import typing
import zlib
from datetime import date, datetime, time
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def to_json(value: object) -> str:
    """Return a frozen value as JSON text, the same text for the same value."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """Return the value of type ``kind`` that the JSON text holds; raises ValueError or TypeError when it does not."""
    return typing.cast(T, decode(kind, json.loads(text)))


def encode(value: Any) -> Any:
    """Return a value as plain JSON data."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, np.ndarray):
        packed = base64.b64encode(zlib.compress(np.ascontiguousarray(value).tobytes(), 6)).decode("ascii")
        return {"shape": list(value.shape), "dtype": str(value.dtype), "zlib": packed}
    if isinstance(value, np.generic):
        return value.item()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted((encode(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return [[encode(key), encode(item)] for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))]
    raise TypeError(f"cannot encode a {type(value).__name__}")


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def decode(kind: Any, data: Any) -> Any:
    """Return plain JSON data as a value of type ``kind``."""
    if kind is Any or kind is object:
        return data
    if hasattr(kind, "__supertype__"):
        return decode(kind.__supertype__, data)
    origin = typing.get_origin(kind)
    if origin is not None:
        return _decode_generic(origin, typing.get_args(kind), data)
    if kind is None or kind is type(None):
        if data is not None:
            raise TypeError("expected nothing")
        return None
    if isinstance(kind, type):
        return _decode_plain(kind, data)
    raise TypeError(f"cannot decode to {kind!r}")


def _decode_plain(kind: type, data: Any) -> Any:
    if issubclass(kind, np.ndarray):
        return _array(data)
    if issubclass(kind, enum.Enum):
        return kind(data)
    if dataclasses.is_dataclass(kind):
        return _decode_record(kind, data)
    if kind in (date, datetime, time):
        return kind.fromisoformat(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if kind in (bool, int, float, str):
        if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
            raise TypeError(f"expected {kind.__name__}, found {data!r}")
        return data
    raise TypeError(f"cannot decode to {kind.__name__}")


def _decode_record(kind: type, data: Any) -> Any:
    hints = _hints(kind)
    unknown = sorted(set(data) - set(hints))
    if unknown:
        raise TypeError(f"{kind.__name__} has no field called {', '.join(unknown)}")
    return kind(**{name: decode(hints[name], item) for name, item in data.items()})


def _decode_generic(origin: Any, args: tuple[Any, ...], data: Any) -> Any:
    if hasattr(origin, "__value__"):  # a name for another type, as NumPy's NDArray is from Python 3.12 on
        return decode(origin.__value__, data)
    if origin in (typing.Union, types.UnionType):
        return _first_that_fits(args, data)
    if origin is np.ndarray:
        return _array(data)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(decode(args[0], item) for item in data)
        if len(args) != len(data):
            raise TypeError(f"expected {len(args)} items, found {len(data)}")
        return tuple(decode(arg, item) for arg, item in zip(args, data, strict=True))
    if origin is dict or getattr(origin, "__name__", "") == "Mapping":
        return {decode(args[0], key): decode(args[1], item) for key, item in data}
    if origin in (list, set, frozenset):
        return origin(decode(args[0], item) for item in data)
    if dataclasses.is_dataclass(origin):
        hints = _hints(typing.cast(type, origin))
        bound = dict(zip(getattr(origin, "__parameters__", ()), args, strict=True))
        fields = {name: decode(_bind(hints[name], bound), item) for name, item in data.items()}
        return typing.cast(Any, origin)(**fields)
    if origin is typing.Literal:
        if data not in args:
            raise TypeError(f"expected one of {args}, found {data!r}")
        return data
    raise TypeError(f"cannot decode to {origin!r}")


def _bind(hint: Any, bound: dict[Any, Any]) -> Any:
    if hint in bound:
        return bound[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(bound[parameter] for parameter in parameters)] if parameters else hint


def _first_that_fits(kinds: tuple[Any, ...], data: Any) -> Any:
    for kind in kinds:
        try:
            return decode(kind, data)
        except (TypeError, ValueError, KeyError, AttributeError):
            continue
    raise TypeError(f"{data!r} fits none of {kinds}")


def _array(data: Any) -> Any:
    raw = zlib.decompress(base64.b64decode(data["zlib"]))
    return np.frombuffer(raw, dtype=np.dtype(data["dtype"])).reshape(data["shape"]).copy()
