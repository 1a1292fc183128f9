"""The whole web, wired by hand: reading this shows every address and what stands before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from projektbot.web.chat import Chat, ChatPage
from projektbot.web.demo import Demo, DemoPage
from projektbot.web.guard import OwnFormsOnly, TooBig, answered, secured
from projektbot.web.health import Ready, health_routes
from projektbot.web.pages import Pages, Site, Ways
from projektbot.web.reader import Translate
from projektbot.web.session import Cookies
from projektbot.web.static import asset_route, load_assets
from projektbot.web.webhooks import Webhook, with_webhooks


def make_app(
    *,
    chat: Chat,
    site: Site,
    ways: Ways,
    translate: Translate,
    now: Callable[[], datetime],
    ready: Ready,
    webhooks: Mapping[str, Webhook],
    demo: Demo | None = None,
) -> ASGIApp:
    """Build the app: public pages, web chat, health, webhooks, and the demo if there is one."""
    assets = load_assets()
    pages = Pages(site, translate, assets, ways)
    chat_page = ChatPage(chat, pages, Cookies(site.secret, "/chat", site.secure), now)
    demo_routes = DemoPage(demo, pages, chat_page).routes() if demo else []
    starlette = Starlette(
        routes=[*pages.routes(), *chat_page.routes(), *demo_routes, *health_routes(ready), asset_route(assets)],
        middleware=[Middleware(OwnFormsOnly, url=site.url, refuse=pages.refuse)],
        exception_handlers={
            HTTPException: pages.on_http,
            TooBig: pages.on_http,
            ClientDisconnect: pages.on_http,
            Exception: pages.on_bug,
        },
    )
    return with_webhooks(secured(answered(starlette)), webhooks)
