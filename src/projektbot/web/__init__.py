"""One ASGI app: public pages, web chat, demo, health and the messengers' webhooks."""
