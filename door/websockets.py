"""A websocket that ends with its session."""

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from door.sessions import Session, Sessions

POLICY_VIOLATION = 1008
#: How often an open websocket looks whether its session's time is over; signing out is noticed at once.
LOOK_SECONDS = 1.0
#: How long the application may take to put away what it had open.
LEAVE_SECONDS = 2.0


async def hold_websocket(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, sessions: Sessions, session: Session
) -> None:
    """Run the application on a websocket until one of them ends it, or the session is over."""
    ending = asyncio.create_task(_wait_for_end(sessions, session))

    async def hear() -> Message:
        hearing = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({hearing, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not hearing.done():
                hearing.cancel()
        # what arrived with the end or after it is not heard
        return {"type": "websocket.disconnect", "code": POLICY_VIOLATION} if ending.done() else hearing.result()

    async def say(message: Message) -> None:
        if not ending.done():
            await send(message)

    talking = asyncio.create_task(_talk(app, scope, hear, say))
    try:
        await asyncio.wait({talking, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not talking.done():
            # the visitor may have left in this very moment
            with contextlib.suppress(RuntimeError, OSError):
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "The session has ended."})
            await asyncio.wait({talking}, timeout=LEAVE_SECONDS)
        if talking.done():
            await talking
    finally:
        talking.cancel()
        ending.cancel()


async def _talk(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _wait_for_end(sessions: Sessions, session: Session) -> None:
    while sessions.is_open(session):
        wait = max(0.0, min(session.ends_at - sessions.clock(), LOOK_SECONDS))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(session.is_ended.wait(), wait)
