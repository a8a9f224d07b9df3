"""The WSGI application that a server or the `flask` command loads."""

import gc

from market.app import create_app

app = create_app()
# What is made by now stays as long as the process: no collection has to walk it again, which
# would keep a buyer waiting a tenth of a second now and then.
gc.freeze()
