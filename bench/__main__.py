"""``make bench``: CPU per encrypted callback beside wechatpy, and CPU and time per whole journey."""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from bench.callback import cpu_seconds, peer
from config import settings
from tests.citizen import Citizen, add_people
from tests.house import House, running_house
from tests.people import a_person

JOURNEYS = 8


def web_cpu(house: House) -> float:
    """CPU seconds that the web's processes have used so far."""
    assert house.web._process is not None
    web = psutil.Process(house.web._process.pid)
    return sum(p.cpu_times().user + p.cpu_times().system for p in [web, *web.children(recursive=True)])


def journeys(house: House) -> tuple[float, float]:
    """CPU seconds of the web and seconds of waiting for one journey from the menu to 提交成功."""
    people = [a_person() for _ in range(JOURNEYS + 1)]
    add_people(house, *people)
    cpu, wall = [], []
    for n, person in enumerate(people):
        began, used = time.perf_counter(), web_cpu(house)
        citizen = Citizen(house, person).signs_in().hands_in()
        assert citizen.heading == "提交成功", citizen.text[:300]
        if n:  # the first one warms up
            cpu.append(web_cpu(house) - used)
            wall.append(time.perf_counter() - began)
    return median(cpu), median(wall)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as directory, running_house(Path(directory)) as house:
        import os

        os.environ.update(house.environ)
        from bootstrap.public import app

        account = settings.load(house.environ).wechat
        ours, usual = app(), peer(account)
        mine, theirs = cpu_seconds(ours, account), cpu_seconds(usual, account)
        cpu, wall = journeys(house)
    unit = sys.platform
    print(f"{'':34}{'ours':>12}{'peer':>12}{'ratio':>8}   ({unit}, {os.cpu_count()} cores)")
    print(f"{'CPU per encrypted callback':34}{mine * 1000:>9.2f} ms{theirs * 1000:>9.2f} ms{mine / theirs:>8.2f}")
    print(f"{'CPU per journey, menu to 提交成功':32}{cpu * 1000:>9.0f} ms{'–':>12}{'–':>8}   (web only)")
    print(f"{'time per journey, all of it':34}{wall * 1000:>9.0f} ms{'–':>12}{'–':>8}   (with sandbox)")
    print("peer: the callback as wechatpy's documentation writes it, without replay protection or duplicate record")


if __name__ == "__main__":
    main()
