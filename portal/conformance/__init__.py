"""The conformance kit: one suite of tests that any connector has to pass against its bank.

For whoever adds a bank, here or in a package of their own (``docs/connectors.md`` tells it step by
step). A ``conftest.py`` takes the plugin and gives a ``world``: the connector and what happens on
the other side of it. A test module takes the suites::

    pytest_plugins = ["portal.conformance.plugin"]

    from portal.conformance.links import *
    from portal.conformance.refunds import *

What a bank cannot do is left out by the connector's capability flags, and the reason is printed.
"""
