"""A function on plain Kubernetes: ConfigMap, Deployment, Service, HorizontalPodAutoscaler."""

from typing import Any

from imagebuild.render import pod, yaml_text
from imagebuild.render.function import Function
from imagebuild.render.pins import Pins

Object = dict[str, Any]
LEAST, MOST = 2, 10
CPU_PERCENT = 70


def manifests(function: Function, pins: Pins) -> str:
    """Return all that `kubectl apply` needs for `function`. Raises UsageError."""
    return yaml_text.documents(
        [config_map(function), deployment(function, pins), service(function), autoscaler(function)]
    )


def config_map(function: Function) -> Object:
    """Return the ConfigMap that holds the function's files."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(function),
        "data": dict(function.files),
    }


def deployment(function: Function, pins: Pins) -> Object:
    """Return the Deployment. It has no `replicas`, so that applying it again resets no scaling."""
    specification = {
        "terminationGracePeriodSeconds": function.grace,
        "automountServiceAccountToken": False,
        "securityContext": pod.security_context(),
        "initContainers": pod.init_containers(function, pins),
        "containers": [pod.runtime(function, pins)],
        "volumes": pod.volumes(function),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(function),
        "spec": {
            "selector": {"matchLabels": pod.labels(function)},
            "template": {"metadata": pod.metadata(function), "spec": specification},
        },
    }


def service(function: Function) -> Object:
    """Return the Service, on port 80."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(function),
        "spec": {
            "selector": pod.labels(function),
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    }


def autoscaler(function: Function) -> Object:
    """Return the autoscaler, which sets the Deployment's replicas by CPU."""
    target = {"type": "Utilization", "averageUtilization": CPU_PERCENT}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _metadata(function),
        "spec": {
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": function.name,
            },
            "minReplicas": LEAST,
            "maxReplicas": MOST,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }


def _metadata(function: Function) -> Object:
    return {"name": function.name, "labels": pod.labels(function)}
