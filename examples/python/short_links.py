"""Short links: answers with a status and headers of its own, by the path of the request."""

import json
import os

from bottle import HTTPResponse

LINKS = json.loads(os.environ["LINKS"])


def handler(event, context):
    request = event["extensions"]["request"]
    target = LINKS.get(request.path.strip("/"))
    if target is None:
        return HTTPResponse({"known": sorted(LINKS)}, status=404)
    return HTTPResponse(status=302, headers={"Location": target, "Cache-Control": "max-age=60"})
