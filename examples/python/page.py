"""Turns Markdown into a page. Third-party code comes from page.requirements.txt."""

import html

import markdown
from bottle import HTTPResponse


def handler(event, context):
    text = event["data"].decode()
    title = html.escape(text.partition("\n")[0].lstrip("# "))
    body = markdown.markdown(text, extensions=["tables"])
    page = f"<!doctype html><title>{title}</title>{body}"
    return HTTPResponse(page, content_type="text/html; charset=utf-8")
