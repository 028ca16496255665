"""The feed doctor: finds what can be followed behind any address, shows what would come, says what is wrong and how to mend it."""

from collegium.ecology.doctor.candidates import Candidate, Examination, Finding, unsealed
from collegium.ecology.doctor.examining import examine
from collegium.ecology.doctor.findings import FINDINGS, HOW, words

__all__ = ["FINDINGS", "HOW", "Candidate", "Examination", "Finding", "examine", "unsealed", "words"]
