from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "collegium.credentials"
    label = "credentials"

    def ready(self) -> None:
        from collegium.accreditation.rules import register_holding  # models must be there first
        from collegium.credentials.queries.awards import holdings

        register_holding(holdings)
