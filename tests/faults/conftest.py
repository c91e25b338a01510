from tests.api.conftest import blank, bus, door, folder, log

__all__ = ["blank", "bus", "door", "folder", "log"]
