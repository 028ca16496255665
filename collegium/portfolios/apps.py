from django.apps import AppConfig


class PortfoliosConfig(AppConfig):
    name = "collegium.portfolios"
    label = "portfolios"
