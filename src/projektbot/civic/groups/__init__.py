"""Groups: the chats in which a project's people plan together."""
