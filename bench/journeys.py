"""Whole journeys from the menu tap to 提交成功: CPU of the web, and the time with the sandbox at the other end."""

import tempfile
import time
from pathlib import Path
from statistics import median

from bench.servers import cpu_of
from tests.citizen import Citizen, add_people
from tests.house import running_house
from tests.people import a_person

JOURNEYS = 8


def main() -> None:
    """Run them and print the figures."""
    cpu, wall = [], []
    with tempfile.TemporaryDirectory() as directory, running_house(Path(directory)) as house:
        people = [a_person() for _ in range(JOURNEYS + 1)]
        add_people(house, *people)
        for number, person in enumerate(people):
            began, used = time.perf_counter(), cpu_of(house.web.pid)
            citizen = Citizen(house, person).signs_in().hands_in()
            assert citizen.heading == "提交成功", citizen.text[:300]
            if number:  # the first one warms up
                cpu.append(cpu_of(house.web.pid) - used)
                wall.append(time.perf_counter() - began)
    print(f"journey, menu to 提交成功: medians of {JOURNEYS}")
    print(f"{'CPU of the web':38}{median(cpu) * 1000:>6.0f} ms")
    print(f"{'time, with the sandbox':38}{median(wall) * 1000:>6.0f} ms")
