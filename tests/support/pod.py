"""Runs a Kubernetes pod on the engine as a kubelet would: volumes, init containers, runtime."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from imagebuild.functions import containers
from tests.support.wait import wait_until

if TYPE_CHECKING:
    from docker import DockerClient

Object = Mapping[str, Any]
START_SECONDS = 60


@contextmanager
def running(
    client: "DockerClient", spec: Object, files: Mapping[str, str], copier: str
) -> Iterator[str]:
    """Run the pod `spec`, whose ConfigMap holds `files`, and yield the runtime's URL.

    `copier` is an image through which volumes are filled. Raises AssertionError, with the log,
    when an init container fails or the runtime does not become ready.
    """
    with ExitStack() as stack:
        volumes = {}
        for volume in spec["volumes"]:
            held = files if "configMap" in volume else {}
            made = _volume(client, {name: text.encode() for name, text in held.items()}, copier)
            volumes[volume["name"]] = stack.enter_context(made)
        for each in spec["initContainers"]:
            with containers.created(client, **_options(each, spec, volumes)) as container:
                container.start()
                code = container.wait()["StatusCode"]
                assert code == 0, f"{each['name']}: {container.logs().decode()}"
        (runtime,) = spec["containers"]
        port = f"{runtime['ports'][0]['containerPort']}/tcp"
        published = {port: ("127.0.0.1", 0)}
        options = _options(runtime, spec, volumes)
        container = stack.enter_context(containers.created(client, ports=published, **options))
        container.start()
        container.reload()
        bindings = container.ports.get(port)
        assert bindings, container.logs().decode()
        url = f"http://127.0.0.1:{bindings[0]['HostPort']}"
        wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 200, START_SECONDS)
        probe = runtime["livenessProbe"]["httpGet"]["path"]
        assert httpx.get(f"{url}{probe}").status_code == 200
        yield url


@contextmanager
def _volume(client: "DockerClient", files: Mapping[str, bytes], copier: str) -> Iterator[str]:
    name = f"pod-{uuid.uuid4().hex[:12]}"
    client.volumes.create(name, labels=containers.temporary())
    try:
        containers.copy_to_volume(client, copier, name, "/volume", files)
        yield name
    finally:
        containers.remove_volume(client, name)


def _options(container: Object, spec: Object, volumes: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of the docker SDK for a container of the pod."""
    pod, own = spec.get("securityContext", {}), container.get("securityContext", {})
    entry: dict[str, Any] = {"entrypoint": container["command"]} if "command" in container else {}
    return {
        **entry,
        "image": container["image"],
        "command": container.get("args", []),
        "environment": {each["name"]: each["value"] for each in container.get("env", [])},
        "user": f"{pod['runAsUser']}:{pod.get('runAsGroup', 0)}",
        "group_add": [str(pod["fsGroup"])],
        "read_only": own.get("readOnlyRootFilesystem", False),
        "cap_drop": own.get("capabilities", {}).get("drop", []),
        "security_opt": ["no-new-privileges"] if own else [],
        "volumes": {
            volumes[mount["name"]]: {
                "bind": mount["mountPath"],
                "mode": "ro" if mount.get("readOnly") else "rw",
            }
            for mount in container["volumeMounts"]
        },
    }
