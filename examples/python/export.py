"""Streams a report as CSV: the first rows leave while the later ones are still being made."""

import csv
import io


def rows(count):
    yield ["number", "square"]
    for number in range(1, count + 1):
        yield [number, number * number]


def handler(event, context):
    for row in rows(event["data"]["rows"]):
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()
