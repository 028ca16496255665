import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy

from collegium.foundation.refusal import Refusal, require


def test_a_refusal_says_its_sentence_and_keeps_its_reasons():
    refusal = Refusal(gettext_lazy("It is not your turn."), code="turn", details=["one", "two"])
    assert str(refusal) == "It is not your turn."
    assert (refusal.code, refusal.details) == ("turn", ("one", "two"))


def test_require_lets_through_or_denies_with_the_reason():
    require(allowed=True)
    with pytest.raises(PermissionDenied, match="Only the owner"):
        require(allowed=False, because=gettext_lazy("Only the owner may."))
