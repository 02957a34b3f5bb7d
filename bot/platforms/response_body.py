"""The body of a response, read no further than a limit."""

import aiohttp


class BodyTooLarge(Exception):
    """The other side sends more than anybody has asked for."""


async def read_body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge
    return bytes(body)
