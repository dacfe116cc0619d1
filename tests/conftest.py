"""What all tests share: no socket leaves this machine, and one running house for those that need it."""

import os
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import ARGUMENTS, CHROMIUM
from tests.house import House, running_house

# "This year" is the centre's year, also on the last evening of December.
os.environ["TZ"] = "Asia/Shanghai"
time.tzset()
_connect = socket.socket.connect


def _only_inside(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        if host != "localhost" and not ip_address(host).is_loopback:
            raise AssertionError(f"a test tried to reach {host}")
    return _connect(self, address)


@pytest.fixture(scope="session", autouse=True)
def no_socket_leaves_this_machine() -> Iterator[None]:
    socket.socket.connect = _only_inside  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def the_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the whole session; tests that kill parts of it build their own."""
    directory: Path = tmp_path_factory.mktemp("house")
    with running_house(directory) as house:
        yield house


@pytest.fixture
def house(the_house: House) -> House:
    """The running house with the demo people, no faults and empty inboxes."""
    the_house.control("POST", "reset")
    return the_house


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright leaves an event loop running in this thread, which others must not meet."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all. Without it the browser tests are skipped, loudly."""
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install Debian's chromium (apt-get install chromium) to run the browser tests")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()
