"""The only code that changes anything between registration and outcome."""

from collegium.accreditation.actions.allocation import (
    add_place,
    allot,
    answer_invitation,
    change_lead,
    release,
)
from collegium.accreditation.actions.judging import save_judgement, seal_judgement
from collegium.accreditation.actions.leaving import forget
from collegium.accreditation.actions.outcomes import give_outcome, save_joint, set_resubmission_date
from collegium.accreditation.actions.registrations import (
    ask_extension,
    ask_referee_again,
    decline_reference,
    drop_referee,
    give_reference,
    grant_extension,
    name_referee,
    refuse_extension,
    register,
    set_validity,
)
from collegium.accreditation.actions.screening import accept, note_check, send_back
from collegium.accreditation.actions.submissions import (
    canonical,
    declare_and_submit,
    hash_of,
    receipt,
    references_lacking,
    submit,
    withdraw,
)

__all__ = [
    "accept",
    "add_place",
    "allot",
    "answer_invitation",
    "ask_extension",
    "ask_referee_again",
    "canonical",
    "change_lead",
    "declare_and_submit",
    "decline_reference",
    "drop_referee",
    "forget",
    "give_outcome",
    "give_reference",
    "grant_extension",
    "hash_of",
    "name_referee",
    "note_check",
    "receipt",
    "references_lacking",
    "refuse_extension",
    "register",
    "release",
    "save_joint",
    "save_judgement",
    "seal_judgement",
    "send_back",
    "set_resubmission_date",
    "set_validity",
    "submit",
    "withdraw",
]
