"""How the house is started: settings, addresses, the servers' doors and the command line.

Words: setting (a value from the environment, declared in ``environment``). Leaves every page to its own app.
"""
