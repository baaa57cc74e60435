"""The way in: the WSGI app for flask and gunicorn; run as a script, the whole local stack."""

import gc
import sys

if __name__ == "__main__":
    # The stack needs the embedded servers, which production does not install, and not the app.
    from portal.stack.local import main

    sys.exit(main())
else:
    # What is imported stays: looking for garbage among it would take half of the start.
    gc.disable()

from portal.domain.ports import BankMisconfigured
from portal.factory import create_app
from portal.settings import SettingsError, load_settings

try:
    app = create_app(load_settings())
except (SettingsError, BankMisconfigured) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)

# Frozen, it is never looked through again, and forked processes share its memory.
gc.freeze()
gc.enable()
