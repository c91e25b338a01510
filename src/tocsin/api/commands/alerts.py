from typing import Any

find: Any = None
get: Any = None
events: Any = None
act: Any = None
