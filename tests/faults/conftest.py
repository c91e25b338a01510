from tests.api.conftest import bus, door, folder, log

__all__ = ["bus", "door", "folder", "log"]
