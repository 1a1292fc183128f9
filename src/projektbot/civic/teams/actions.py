"""What dialogs may do about teams: the function, what it may come to, and the facts it adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from projektbot.civic.teams.exchange_rules import MatchOutcome, OfferOutcome
from projektbot.civic.teams.exchanging import add_offer, answer_match, settle_offer
from projektbot.civic.teams.inviting import come_by_invitation, invite_to_team, open_invitation, revoke_invitation
from projektbot.civic.teams.joining import ask_to_join, settle_request, take_back_request
from projektbot.civic.teams.managing import (
    answer_lead,
    change_member,
    introduce,
    leave_team,
    offer_lead,
    remove_member,
    set_seats,
)
from projektbot.civic.teams.partnering import add_partner, remove_partner
from projektbot.civic.teams.rules import (
    BARS,
    AskOutcome,
    Bar,
    ComeOutcome,
    InviteOutcome,
    LeadOutcome,
    LeaveOutcome,
    ManageOutcome,
    MineOutcome,
    PartnerOutcome,
    SettleOutcome,
)
from projektbot.dialog.engine import Result

_COMES = (Bar.GONE, Bar.REMOVED)
_NONE: frozenset[str] = frozenset()
_DONE, _CHANGED = ManageOutcome.DONE, ManageOutcome.CHANGED

ACTIONS: Mapping[str, tuple[Callable[..., Result], tuple[str, ...], frozenset[str]]] = {
    "ask_to_join": (ask_to_join, tuple(AskOutcome), _NONE),
    "take_back_request": (take_back_request, (SettleOutcome.WITHDRAWN, SettleOutcome.SETTLED), _NONE),
    "settle_request": (
        settle_request,
        (SettleOutcome.ACCEPTED, SettleOutcome.DECLINED, SettleOutcome.FULL, SettleOutcome.SETTLED, *BARS),
        _NONE,
    ),
    "open_invitation": (
        open_invitation,
        (*(outcome for outcome in ComeOutcome if outcome is not ComeOutcome.JOINED), *_COMES),
        frozenset({"minutes", "ref", "title"}),
    ),
    "come_by_invitation": (
        come_by_invitation,
        (ComeOutcome.JOINED, ComeOutcome.ALREADY, ComeOutcome.FULL, ComeOutcome.UNKNOWN, *_COMES),
        _NONE,
    ),
    "invite_to_team": (invite_to_team, (InviteOutcome.MADE, InviteOutcome.TOO_MANY, *BARS), frozenset({"code"})),
    "revoke_invitation": (revoke_invitation, (InviteOutcome.REVOKED, *BARS), _NONE),
    "set_seats": (set_seats, (_DONE, *BARS), _NONE),
    "change_member": (change_member, (_DONE, ManageOutcome.FULL, _CHANGED, *BARS), _NONE),
    "remove_member": (remove_member, (_DONE, _CHANGED, *BARS), _NONE),
    "offer_lead": (offer_lead, (ManageOutcome.OFFERED, _CHANGED, *BARS), _NONE),
    "answer_lead": (answer_lead, (*LeadOutcome, *BARS), _NONE),
    "introduce": (introduce, (*MineOutcome, *BARS), _NONE),
    "leave_team": (leave_team, (*LeaveOutcome, *BARS), _NONE),
    "add_partner": (add_partner, (PartnerOutcome.ADDED, PartnerOutcome.TOO_MANY, *BARS), _NONE),
    "remove_partner": (remove_partner, (PartnerOutcome.REMOVED_PARTNER, PartnerOutcome.CHANGED, *BARS), _NONE),
    "add_offer": (add_offer, (OfferOutcome.ADDED, OfferOutcome.MATCHED, OfferOutcome.TOO_MANY, *BARS), _NONE),
    "settle_offer": (settle_offer, (OfferOutcome.SETTLED, OfferOutcome.CHANGED, *BARS), _NONE),
    "answer_match": (answer_match, (*MatchOutcome, *BARS), frozenset({"reach"})),
}
