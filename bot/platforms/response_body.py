"""The body of a response, read no further than a limit."""

import aiohttp


class BodyTooLarge(Exception):
    """The response is larger than its limit."""


async def read_body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read a response body. Raises BodyTooLarge."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge
    return bytes(body)
