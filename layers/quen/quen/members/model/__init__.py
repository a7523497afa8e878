"""Members as values: the profile, what a person may send to it, and the rules that need no table and no clock.

    values      what is: Member, Login, Enrolment, MemberReference, and the views of them
    intake      what a person sent → what a profile holds, with every fault named at once
    changes     what a change makes of a profile
    consents    which uses a member has agreed to
    birthdays   the lock, and what can be one
    shards      of the indexes over birthdays, and over all active members
    cards       a member's cards: linked, blocked, replaced, handed on in a merge
    facts       what conditions may ask of a person, and the tags that staff put on one
    notices     what of a change its member is warned of, and where
    merging     two profiles of one person, and two of one again
    contact     names, e-mail addresses and locales, and how they are masked

Nothing here reads a clock, a table or a random number. Telephone numbers are E.164 by the time they get here.
"""

from quen.members.model.cards import MemberCard
from quen.members.model.changes import apply_changes
from quen.members.model.consents import Consent, ConsentDecision, ConsentProof, is_consented, may_profile
from quen.members.model.contact import mask_email, mask_name, mask_phone, normalise_email
from quen.members.model.facts import check_tags, person_of
from quen.members.model.intake import MemberChanges, read_changes
from quen.members.model.merging import parted, united
from quen.members.model.notices import FORMER_DAYS, Noticed, keep_former, noticed
from quen.members.model.shards import ACTIVE_SHARDS, BIRTHDAY_SHARDS, birthday_shard, member_shard
from quen.members.model.values import (
    CardView,
    Enrolled,
    Enrolment,
    Former,
    Login,
    MaskedMember,
    Member,
    MemberReference,
    MemberState,
    SeenMember,
)

__all__ = [
    "ACTIVE_SHARDS",
    "BIRTHDAY_SHARDS",
    "FORMER_DAYS",
    "CardView",
    "Consent",
    "ConsentDecision",
    "ConsentProof",
    "Enrolled",
    "Enrolment",
    "Former",
    "Login",
    "MaskedMember",
    "Member",
    "MemberCard",
    "MemberChanges",
    "MemberReference",
    "MemberState",
    "Noticed",
    "SeenMember",
    "apply_changes",
    "birthday_shard",
    "check_tags",
    "is_consented",
    "keep_former",
    "mask_email",
    "mask_name",
    "mask_phone",
    "may_profile",
    "member_shard",
    "normalise_email",
    "noticed",
    "parted",
    "person_of",
    "read_changes",
    "united",
]
