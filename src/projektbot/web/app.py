"""The whole web, wired by hand: reading this shows every address and what stands before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp

from projektbot.web.api import Api
from projektbot.web.chat import Chat, ChatPage
from projektbot.web.crawlers import Crawlers
from projektbot.web.deadlines import DEADLINE, Deadlines
from projektbot.web.demo import Demo, DemoPage
from projektbot.web.feeds import Feeds
from projektbot.web.fresh import fresh
from projektbot.web.guard import OwnFormsOnly, TooBig, answered, secured
from projektbot.web.health import Ready, health_routes
from projektbot.web.market import MarketPage
from projektbot.web.opendata import OpenData
from projektbot.web.packing import packed
from projektbot.web.pages import Pages, Site, Ways
from projektbot.web.photos import Photos
from projektbot.web.project import ProjectPage
from projektbot.web.reader import Translate
from projektbot.web.session import Cookies
from projektbot.web.showcase import Showcase
from projektbot.web.static import asset_route, city_assets, load_assets
from projektbot.web.town_map import town_map
from projektbot.web.webhooks import Webhook, with_webhooks


def make_app(  # noqa: PLR0913 - each is another part of the house
    *,
    chat: Chat,
    site: Site,
    ways: Ways,
    translate: Translate,
    now: Callable[[], datetime],
    ready: Ready,
    webhooks: Mapping[str, Webhook],
    showcase: Showcase,
    demo: Demo | None = None,
) -> ASGIApp:
    """Build the app: public pages and data, web chat, health, webhooks, and the demo if there is one."""
    assets = load_assets() | city_assets(showcase.city)
    pages = Pages(site, translate, assets, ways, showcase.city)
    public = _public(showcase, pages, site)
    cookies = Cookies(site.secret, "/chat", site.secure)
    chat_page = ChatPage(chat, pages, cookies, now)
    demo_routes = DemoPage(demo, pages, chat_page, cookies).routes() if demo else []
    starlette = Starlette(
        routes=[*public, *chat_page.routes(), *demo_routes, *health_routes(ready), asset_route(assets)],
        middleware=[Middleware(OwnFormsOnly, url=site.url, refuse=pages.refuse)],
        exception_handlers={
            HTTPException: pages.on_http,
            TooBig: pages.on_http,
            ClientDisconnect: pages.on_http,
            Exception: pages.on_bug,
        },
    )
    starlette.router.redirect_slashes = False  # it would believe whatever host a request names; see Pages.on_http
    return with_webhooks(secured(answered(packed(fresh(starlette)))), webhooks)


def _public(showcase: Showcase, pages: Pages, site: Site) -> list[Route]:
    """List the addresses that show projects, to people and to programs."""
    town = town_map(showcase.city)
    return [
        *MarketPage(showcase, pages, town, site.invitation).routes(),
        *ProjectPage(showcase, pages, town, site.url, "project" in site.opens).routes(),
        *Photos(showcase).routes(),
        *Deadlines(showcase, pages, site.url, DEADLINE in site.opens).routes(),
        *Feeds(showcase, pages, site.url).routes(),
        *OpenData(showcase, site.url).routes(),
        *Api(showcase, site.url).routes(),
        *Crawlers(showcase, pages, site.url).routes(),
    ]
