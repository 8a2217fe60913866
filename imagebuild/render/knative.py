"""A function as a Knative Service, with its source in a ConfigMap."""

import math

from imagebuild.render import manifests, pod, yaml_text
from imagebuild.render.function import Function
from imagebuild.render.pins import Pins

COMMENT = (
    "Knative allows init containers and fsGroup when its ConfigMap config-features says so:",
    "kubernetes.podspec-init-containers and kubernetes.podspec-securitycontext, both `enabled`.",
)


def service(function: Function, pins: Pins) -> str:
    """Return ConfigMap and Service. Raises UsageError when an image isn't published.

    Knative sets PORT and scales by requests, so there is neither a variable PORT nor an autoscaler;
    it admits as many requests as the runtime does, and waits longer than a call may take.
    """
    runtime = {**pod.runtime(function, pins)}
    runtime["ports"] = [{"name": "http1", "containerPort": function.port}]
    del runtime["startupProbe"]  # Knative probes readiness from the start, and often
    for name in ("livenessProbe", "readinessProbe"):
        runtime[name] = {
            **runtime[name],
            "httpGet": {**runtime[name]["httpGet"], "port": function.port},
        }
    specification = {
        "containerConcurrency": function.concurrency,
        "timeoutSeconds": math.ceil(function.timeout) + 5,
        "automountServiceAccountToken": False,
        "securityContext": pod.security_context(),
        "initContainers": pod.init_containers(function, pins),
        "containers": [runtime],
        "volumes": pod.volumes(function),
    }
    document = {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": function.name, "labels": pod.labels(function)},
        "spec": {"template": {"metadata": pod.metadata(function), "spec": specification}},
    }
    return yaml_text.documents([manifests.config_map(function), document], COMMENT)
