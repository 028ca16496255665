"""The address by which one person's programs read the river."""

from django.db import models

from collegium.foundation import clock
from collegium.people.models import Person


class FeedAddress(models.Model):
    """Whoever has it reads what the person may see at that moment, so it can be made anew. The token is kept as a hash."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="feed_address")
    token_hash = models.CharField(max_length=64, unique=True)  # sha256 hex
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"feeds for {self.person}"
