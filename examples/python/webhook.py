"""Takes a webhook only when its signature is that of the raw body, as code hosts send it."""

import hashlib
import hmac
import os

from bottle import HTTPResponse

SECRET = os.environ["WEBHOOK_SECRET"].encode()


def handler(event, context):
    request = event["extensions"]["request"]
    expected = "sha256=" + hmac.new(SECRET, request.body.read(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        return HTTPResponse("wrong signature", status=401)
    return {"accepted": event["data"]["action"]}
