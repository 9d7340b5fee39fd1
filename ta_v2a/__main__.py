"""`python -m ta_v2a`: the command line."""

import sys

from ta_v2a.start import main

if __name__ == "__main__":
    sys.exit(main())
