"""`python -m ta_v2a.server.openapi > docs/openapi.json`: the interface as the routes and models say it."""

import json
from pathlib import Path

from ta_v2a.server.app import create_app
from ta_v2a.server.settings import ServerSettings


def interface() -> str:
    """The OpenAPI document, as JSON with a line break at its end."""
    document = create_app(ServerSettings(Path("."))).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(interface(), end="")
