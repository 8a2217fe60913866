"""A Kustomize component that pins images: `PREFIX/LANGUAGE:VERSION` becomes what the lock has."""

from imagebuild.catalog.catalog import Catalog
from imagebuild.render import yaml_text
from imagebuild.render.pins import Pins

COMMENT = (
    "A component: put it into a folder of its own as kustomization.yaml, and name that folder",
    "under `components` of your kustomization.yaml.",
)


def component(catalog: Catalog, pins: Pins) -> str:
    """Return the component for all published images.

    All variants of a version share a repository, so each image is matched with its tag: by name
    alone, `-install` and `-distroless` would get one digest.
    """
    images = [
        {
            "name": image.tag(catalog.prefix),
            "newName": pins.repository(image),
            "newTag": pins.tag(image),
        }
        for image in pins.images(catalog)
    ]
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "images": images,
    }
    return yaml_text.documents([document], COMMENT)
