"""The idea dialog with python-telegram-bot, as its examples write one: ConversationHandler, pickled, by webhook."""

from __future__ import annotations

import sys
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)
from telegram.warnings import PTBUserWarning

from bench.peers import idea
from bench.peers.idea import Buttons

KIND, TITLE, DESCRIPTION, FIELD, AREA, COST, PICTURE, CONTRIBUTION, REVIEW = range(9)
Context = ContextTypes.DEFAULT_TYPE
numbers = count(1001)
TEXT = filters.TEXT & ~filters.COMMAND


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup:
    """Lay out buttons, one in a row."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label, data in buttons])


def answers(context: Context) -> dict[str, str]:
    """Return what this person has answered."""
    assert context.user_data is not None  # noqa: S101 - updates of people have it
    return context.user_data


async def say(update: Update, text: str, buttons: Buttons = ()) -> None:
    """Put the next question; acknowledge the tap that led here, if it was one."""
    if update.callback_query is not None:
        await update.callback_query.answer()
    assert update.effective_message is not None  # noqa: S101 - the handlers take no others
    await update.effective_message.reply_text(text, reply_markup=keyboard(buttons) if buttons else None)


def tapped(update: Update) -> str:
    """Return the data of the button."""
    return (update.callback_query.data if update.callback_query else "") or ""


def typed(update: Update) -> str:
    """Return the words."""
    return (update.message.text if update.message else "") or ""


async def begin(update: Update, _context: Context) -> int:
    """Begin an idea."""
    await say(update, idea.KIND, idea.KINDS)
    return KIND


async def take_kind(update: Update, context: Context) -> int:
    """Note the kind, ask for the title."""
    answers(context)["Kind"] = idea.label(idea.KINDS, tapped(update))
    await say(update, idea.TITLE, idea.BACK)
    return TITLE


async def take_title(update: Update, context: Context) -> int:
    """Note the title, ask for the description."""
    answers(context)["Title"] = typed(update)
    await say(update, idea.DESCRIPTION, idea.BACK)
    return DESCRIPTION


async def take_description(update: Update, context: Context) -> int:
    """Note the description, ask for the field."""
    answers(context)["Description"] = typed(update)
    await say(update, idea.FIELD, idea.FIELDS + idea.BACK)
    return FIELD


async def take_field(update: Update, context: Context) -> int:
    """Note the field, ask for the area."""
    answers(context)["Field"] = idea.label(idea.FIELDS, tapped(update))
    await say(update, idea.AREA, idea.AREAS + idea.BACK)
    return AREA


async def take_area(update: Update, context: Context) -> int:
    """Note the area, ask for the cost."""
    answers(context)["Area"] = idea.label(idea.AREAS, tapped(update))
    await say(update, idea.COST, idea.SKIP)
    return COST


async def take_cost(update: Update, context: Context) -> int:
    """Note the cost, ask for a picture."""
    answers(context)["Cost"] = typed(update)
    await say(update, idea.PICTURE, idea.SKIP)
    return PICTURE


async def skip_picture(update: Update, _context: Context) -> int:
    """Go without a picture, ask what the person contributes."""
    await say(update, idea.CONTRIBUTION, idea.SKIP)
    return CONTRIBUTION


async def skip_contribution(update: Update, context: Context) -> int:
    """Go without a contribution, show everything."""
    await say(update, idea.review(answers(context)), idea.REVIEW_BUTTONS)
    return REVIEW


async def send(update: Update, context: Context) -> int:
    """Take the idea in."""
    context.bot_data.setdefault("ideas", []).append(dict(answers(context)))
    answers(context).clear()
    await say(update, idea.thanks(next(numbers)))
    return ConversationHandler.END


def conversation() -> ConversationHandler[Context]:
    """Return the dialog."""
    return ConversationHandler(
        entry_points=[CommandHandler("idea", begin)],
        states={
            KIND: [CallbackQueryHandler(take_kind, pattern="^kind:")],
            TITLE: [MessageHandler(TEXT, take_title)],
            DESCRIPTION: [MessageHandler(TEXT, take_description)],
            FIELD: [CallbackQueryHandler(take_field, pattern="^field:")],
            AREA: [CallbackQueryHandler(take_area, pattern="^area:")],
            COST: [MessageHandler(filters.Regex(r"^\d+( €)?$"), take_cost)],
            PICTURE: [CallbackQueryHandler(skip_picture, pattern="^skip$")],
            CONTRIBUTION: [CallbackQueryHandler(skip_contribution, pattern="^skip$")],
            REVIEW: [CallbackQueryHandler(send, pattern="^send$")],
        },
        fallbacks=[CommandHandler("idea", begin)],
        name="idea",
        persistent=True,
    )


def main() -> None:
    """Serve until killed: `ptb_bot API_URL TOKEN PORT`."""
    warnings.filterwarnings("ignore", message=r".*CallbackQueryHandler", category=PTBUserWarning)  # as their FAQ has it
    api, token, port = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        persistence: PicklePersistence[Any, Any, Any] = PicklePersistence(Path(folder) / "conversations.pickle")
        application = Application.builder().token(token).base_url(f"{api}/bot").persistence(persistence).build()
        application.add_handler(conversation())
        application.run_webhook(
            listen="127.0.0.1",
            port=int(port),
            url_path="webhook",
            webhook_url=f"http://127.0.0.1:{port}/webhook",
        )


if __name__ == "__main__":
    main()
