"""Asks several suppliers at once for their best price: a coroutine with a limit of its own."""

import asyncio

SUPPLIERS = {"north": (0.05, 12.5), "south": (0.1, 11.9), "slow": (30.0, 1.0)}
PATIENCE = 0.5


async def ask(supplier, item):
    """Stand in for a request to a supplier's service."""
    seconds, price = SUPPLIERS[supplier]
    await asyncio.sleep(seconds)
    return {"supplier": supplier, "item": item, "price": price}


async def handler(event, context):
    item = event["data"]["item"]
    asked = [asyncio.create_task(ask(supplier, item)) for supplier in SUPPLIERS]
    done, late = await asyncio.wait(asked, timeout=PATIENCE)
    for task in late:
        task.cancel()
    offers = sorted((task.result() for task in done), key=lambda offer: offer["price"])
    return {"best": offers[0], "offers": len(offers), "late": len(late)}
