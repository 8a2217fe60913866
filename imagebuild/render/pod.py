"""The pod of a function: init containers for its phases, the runtime, its restrictions. Pure."""

from collections.abc import Iterator
from typing import Any

from imagebuild.errors import UsageError
from imagebuild.functions import phases
from imagebuild.render.function import Function
from imagebuild.render.pins import Pins

Object = dict[str, Any]
USER = 1000
SOURCE = "/source"
RESTRICTED: Object = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
TEMPORARY: Object = {"name": "temporary", "mountPath": "/tmp"}  # noqa: S108 - a volume of the pod


def metadata(function: Function) -> Object:
    """Return the metadata of the pod: labels, scraping, and what replaces pods when it changes."""
    return {
        "labels": labels(function),
        "annotations": {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(function.port),
            "function-runtimes/source": function.checksum,
        },
    }


def labels(function: Function) -> Object:
    """Return the labels by which the function's pods are known."""
    return {"app.kubernetes.io/name": function.name}


def init_containers(function: Function, pins: Pins) -> list[Object]:
    """Return what runs before the runtime: the source is copied, then come the phases.

    Raises UsageError when an image isn't published, or the language has no image for phases.
    """
    wanted = phases.wanted(function.image, installs=function.has_dependencies)
    first = next(iter(function.image.language_entry.kubeless.phases.values()), None)
    if first is None:
        raise UsageError(
            f"`{function.image.language}` has no phase, so no image that copies a function",
            "give it one in images.yaml",
        )
    copy = f'cp -L {SOURCE}/* "$KUBELESS_INSTALL_VOLUME"'
    steps = [("copy", copy, first), *((name, phase.command, phase) for name, phase in wanted)]
    return [_init(function, pins, name, command, phase) for name, command, phase in steps]


def runtime(function: Function, pins: Pins) -> Object:
    """Return the runtime's container. Raises UsageError when its image isn't published."""
    settings = {"MOD_NAME": function.module, "FUNC_HANDLER": function.handler, **function.settings}
    return {
        "name": "runtime",
        "image": pins.reference(function.image),
        "env": _variables(settings),
        "ports": [{"name": "http", "containerPort": function.port}],
        "startupProbe": {**_probe("/readyz"), "periodSeconds": 1, "failureThreshold": 60},
        "livenessProbe": {**_probe("/healthz"), "periodSeconds": 10},
        "readinessProbe": {**_probe("/readyz"), "periodSeconds": 5},
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "function", "mountPath": phases.MOUNT, "readOnly": True},
            TEMPORARY,
        ],
    }


def volumes(function: Function) -> list[Object]:
    """Return the volumes: the source, the install volume, a folder for temporary files."""
    return [
        {"name": "source", "configMap": {"name": function.name}},
        {"name": "function", "emptyDir": {}},
        {"name": "temporary", "emptyDir": {}},
    ]


def security_context() -> Object:
    """Return the pod's restrictions; its volumes belong to the user of the images."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _init(function: Function, pins: Pins, name: str, command: str, phase: Any) -> Object:
    plain = phases.Function(function.module, function.handler, {})
    return {
        "name": name,
        "image": pins.reference(phases.of_variant(function.image, phase.variant)),
        "command": ["sh", "-c", command],
        "env": _variables(phases.environment(function.image, plain, phase)),
        "securityContext": RESTRICTED,
        "volumeMounts": list(_init_mounts(name)),
    }


def _init_mounts(name: str) -> Iterator[Object]:
    if name == "copy":
        yield {"name": "source", "mountPath": SOURCE, "readOnly": True}
    yield {"name": "function", "mountPath": phases.MOUNT}
    yield TEMPORARY


def _variables(values: Any) -> list[Object]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _probe(path: str) -> Object:
    return {"httpGet": {"path": path, "port": "http"}}
