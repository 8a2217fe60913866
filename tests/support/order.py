"""What a test asks for: a function with settings and container options, its own or shared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.specification import Specification


@dataclass(frozen=True)
class Order:
    """A function, the settings (None removes a variable) and the container's options."""

    function: str
    settings: Mapping[str, str | None] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    shared: bool = False

    @property
    def key(self) -> str:
        """Text that is equal for orders which one container can serve."""
        return json.dumps([self.function, self.settings, self.options], sort_keys=True)


def of(item: pytest.Item) -> Order | None:
    """Return the order in the marker `function` of a test, None where it has none.

    `@pytest.mark.function("sleep", FUNC_TIMEOUT="1", user="12345:0", shared=True)`: upper case
    names are settings, others options of the docker SDK.
    """
    marker = item.get_closest_marker("function")
    if marker is None:
        return None
    named = dict(marker.kwargs)
    shared = bool(named.pop("shared", False))
    settings = {name: value for name, value in named.items() if name.isupper()}
    options = {name: value for name, value in named.items() if not name.isupper()}
    return Order(marker.args[0], settings, options, shared)


def is_quiet(item: pytest.Item) -> bool:
    """Whether a test measures short times: nothing else may run beside it."""
    return item.get_closest_marker("quiet") is not None


def measures_times(item: pytest.Item) -> bool:
    """Whether a test fails where the machine is slow."""
    return is_quiet(item) or item.get_closest_marker("bounded") is not None


def is_shared(item: pytest.Item) -> bool:
    """Whether a test shares its container."""
    wanted = of(item)
    return wanted is not None and wanted.shared


def lanes(item: pytest.Item) -> frozenset[str]:
    """Return what a test shares with others: it runs beside none that shares one of them.

    These are the functions whose containers it may share, whatever their settings.
    """
    wanted = of(item)
    own = [wanted.function] if wanted and wanted.shared else ()
    return frozenset(own).union(*(marker.args for marker in item.iter_markers("needs")))


def clauses(item: pytest.Item) -> list[str]:
    """Return the IDs of the clauses that a test cites."""
    return [name for marker in item.iter_markers("clause") for name in marker.args]


def needed_features(item: pytest.Item, specification: Specification) -> set[str]:
    """Return the features without which a test makes no sense: of its clauses and functions."""
    cited = [specification.clauses[name].feature for name in clauses(item)]
    functions = [name for marker in item.iter_markers("function") for name in marker.args]
    functions += [name for marker in item.iter_markers("needs") for name in marker.args]
    # a function that only one language's own tests use is not in the contract
    used = [specification.functions.get(name) for name in functions]
    return {feature for feature in (*cited, *used) if feature}
