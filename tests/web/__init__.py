"""The web: pages and chat at the door, over a real server, in a real browser."""
