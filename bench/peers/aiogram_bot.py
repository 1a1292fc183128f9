"""The idea dialog with aiogram 3, as its documentation writes one: routers, states in memory, an aiohttp webhook."""

from __future__ import annotations

import sys
from itertools import count

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from bench.peers import idea
from bench.peers.idea import Buttons

router = Router()
numbers = count(1001)
ideas: list[dict[str, str]] = []


class Idea(StatesGroup):
    """What is being asked."""

    kind = State()
    title = State()
    description = State()
    field = State()
    area = State()
    cost = State()
    picture = State()
    contribution = State()
    review = State()


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup:
    """Lay out buttons, one in a row."""
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=data)] for label, data in buttons]
    )


async def ask(query: CallbackQuery, text: str, buttons: Buttons = ()) -> None:
    """Acknowledge a tap and put the next question."""
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.answer(text, reply_markup=keyboard(buttons) if buttons else None)


@router.message(Command("idea"))
async def begin(message: Message, state: FSMContext) -> None:
    """Begin an idea."""
    await state.set_state(Idea.kind)
    await message.answer(idea.KIND, reply_markup=keyboard(idea.KINDS))


@router.callback_query(Idea.kind, F.data.startswith("kind:"))
async def take_kind(query: CallbackQuery, state: FSMContext) -> None:
    """Note the kind, ask for the title."""
    await state.update_data(Kind=idea.label(idea.KINDS, query.data or ""))
    await state.set_state(Idea.title)
    await ask(query, idea.TITLE, idea.BACK)


@router.message(Idea.title, F.text.len() >= 3)  # noqa: PLR2004 - as our dialog
async def take_title(message: Message, state: FSMContext) -> None:
    """Note the title, ask for the description."""
    await state.update_data(Title=message.text)
    await state.set_state(Idea.description)
    await message.answer(idea.DESCRIPTION, reply_markup=keyboard(idea.BACK))


@router.message(Idea.description, F.text.len() >= 10)  # noqa: PLR2004 - as our dialog
async def take_description(message: Message, state: FSMContext) -> None:
    """Note the description, ask for the field."""
    await state.update_data(Description=message.text)
    await state.set_state(Idea.field)
    await message.answer(idea.FIELD, reply_markup=keyboard(idea.FIELDS + idea.BACK))


@router.callback_query(Idea.field, F.data.startswith("field:"))
async def take_field(query: CallbackQuery, state: FSMContext) -> None:
    """Note the field, ask for the area."""
    await state.update_data(Field=idea.label(idea.FIELDS, query.data or ""))
    await state.set_state(Idea.area)
    await ask(query, idea.AREA, idea.AREAS + idea.BACK)


@router.callback_query(Idea.area, F.data.startswith("area:"))
async def take_area(query: CallbackQuery, state: FSMContext) -> None:
    """Note the area, ask for the cost."""
    await state.update_data(Area=idea.label(idea.AREAS, query.data or ""))
    await state.set_state(Idea.cost)
    await ask(query, idea.COST, idea.SKIP)


@router.message(Idea.cost, F.text.regexp(r"^\d+( €)?$"))
async def take_cost(message: Message, state: FSMContext) -> None:
    """Note the cost, ask for a picture."""
    await state.update_data(Cost=message.text)
    await state.set_state(Idea.picture)
    await message.answer(idea.PICTURE, reply_markup=keyboard(idea.SKIP))


@router.callback_query(Idea.picture, F.data == "skip")
async def skip_picture(query: CallbackQuery, state: FSMContext) -> None:
    """Go without a picture, ask what the person contributes."""
    await state.set_state(Idea.contribution)
    await ask(query, idea.CONTRIBUTION, idea.SKIP)


@router.callback_query(Idea.contribution, F.data == "skip")
async def skip_contribution(query: CallbackQuery, state: FSMContext) -> None:
    """Go without a contribution, show everything."""
    await state.set_state(Idea.review)
    await ask(query, idea.review(await state.get_data()), idea.REVIEW_BUTTONS)


@router.callback_query(Idea.review, F.data == "send")
async def send(query: CallbackQuery, state: FSMContext) -> None:
    """Take the idea in."""
    ideas.append(await state.get_data())
    await state.clear()
    await ask(query, idea.thanks(next(numbers)))


def main() -> None:
    """Serve until killed: `aiogram_bot API_URL TOKEN PORT`."""
    api, token, port = sys.argv[1:4]
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)

    @dispatcher.startup()
    async def on_startup(bot: Bot) -> None:
        await bot.set_webhook(f"http://127.0.0.1:{port}/webhook")

    app = web.Application()
    SimpleRequestHandler(dispatcher=dispatcher, bot=bot).register(app, path="/webhook")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=int(port), print=lambda *_: None, access_log=None)


if __name__ == "__main__":
    main()
